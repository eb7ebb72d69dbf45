import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { describeError, filterLogFields, scrub } from './log-fields.ts';

export type { Logger };

/**
 * JSON lines on standard output. Only fields on the allow-list of `log-fields.ts` (plus `fields`) are printed, in lines, in
 * child loggers and in nested objects alike; texts lose tokens, telephone numbers, e-mail addresses and signatures.
 */
export const createLogger = ({
  service,
  level,
  fields = [],
  destination,
}: {
  service: string;
  level: string;
  fields?: readonly string[];
  destination?: DestinationStream;
}): Logger => {
  const allowed = new Set(fields);
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (line: object) => filterLogFields(line, allowed),
    },
    // The line has been filtered already; pino's own error serializer would add the driver's fields again.
    serializers: { err: (error: unknown) => (error instanceof Error ? describeError(error) : error) },
    hooks: {
      logMethod(this: Logger, line: Parameters<Logger['info']>, method: (...line: unknown[]) => void) {
        method.apply(
          this,
          line.map((part: unknown) => (typeof part === 'string' ? scrub(part) : part)),
        );
      },
    },
  };
  const logger: Logger = destination ? pino(options, destination) : pino(options);
  // Bindings of a child skip `formatters.log`. Children inherit this method from the root.
  const child = logger.child;
  logger.child = function (this: Logger, bindings: object, ...rest: [] | [object]) {
    return Reflect.apply(child, this, [filterLogFields(bindings, allowed), ...rest]);
  };
  return logger;
};
