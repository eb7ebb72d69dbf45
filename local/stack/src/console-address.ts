/** Where the pages of the console come from: the realtime service, by either name a person types. */
export const consoleOrigins = (realtimePort: number): readonly string[] => [
  `http://127.0.0.1:${realtimePort}`,
  `http://localhost:${realtimePort}`,
];

/** The console, and with a code the link that signs in. The code stands behind the #: a browser sends that to nobody. */
export const consoleUrl = (realtimeUrl: string, code?: string): string =>
  `${realtimeUrl}/console${code === undefined ? '' : `#code=${code}`}`;
