/**
 * Whether a page of that origin may open a socket (CORS does not guard websockets). No origin means no browser: native apps and
 * services. A browser's own host is allowed, and what is on the list.
 */
export const isAllowedOrigin = (
  { origin, host }: { origin?: string | undefined; host?: string | undefined },
  allowed: readonly string[],
): boolean => {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
};
