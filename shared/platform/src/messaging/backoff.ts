const FIRST_MS = 200;
const CEILING_MS = 5_000;

/**
 * How long to wait before reconnecting, after `failures` attempts in a row (0, 1, 2, …); `random` in [0, 1).
 *
 * | failures | 0       | 1       | 2       | 3        | 4         | 5 and more  |
 * | wait, ms | 100-180 | 200-360 | 400-720 | 800-1440 | 1600-2880 | 2500-4500   |
 *
 * The jitter only shortens: a broker that comes back is found within 5 s, and the services do not all knock at once.
 */
export const reconnectDelayMs = (failures: number, random: number): number =>
  Math.min(CEILING_MS, FIRST_MS * 2 ** failures) * (0.5 + 0.4 * random);
