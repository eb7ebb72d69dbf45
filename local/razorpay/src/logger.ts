/** The little of a logger that the fake uses; pino fits. */
export interface Logger {
  readonly info: (details: object, message: string) => void;
  readonly warn: (details: object, message: string) => void;
}

export const SILENT: Logger = { info: () => undefined, warn: () => undefined };
