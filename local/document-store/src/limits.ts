/** Limits MongoDB 7 states in `hello` and enforces. Sizes in bytes. */
export const LIMITS = {
  document: 16 * 1024 * 1024,
  /** A command may carry a full document and its own fields around it. */
  reply: 16 * 1024 * 1024,
  message: 48_000_000,
  writesPerCommand: 100_000,
} as const;
