import type { Logger } from '../observability/logger.ts';
import { TooContended } from '../persistence/too-contended.ts';
import { type Failure, problem } from './reply.ts';
import { ServiceUnavailable } from './service-unavailable.ts';

const RETRY_UNAVAILABLE_S = 2;

const INTERNAL = problem('internal', 'Something broke on our side. Name the instance when you report it.');
const UNAVAILABLE = problem('unavailable', 'The service cannot answer just now. Try again shortly.', {
  retryAfterSeconds: RETRY_UNAVAILABLE_S,
});

const STALE = problem('stale', 'Others changed it at the same moment. Look at it again and try again.');

export type AnswerFault = (error: unknown, where: { requestId: string; route: string }) => Failure;

/** What a fault looks like from outside: nothing of its message. The log has the rest under the request's id. */
export const createFaultAnswer =
  ({ logger, isUnavailable }: { logger: Logger; isUnavailable: (error: unknown) => boolean }): AnswerFault =>
  (error, { requestId, route }) => {
    if (error instanceof TooContended) {
      logger.warn({ requestId, route }, 'a request lost every race');
      return STALE;
    }
    const unavailable = error instanceof ServiceUnavailable || isUnavailable(error);
    const err = error instanceof Error ? error : new Error(`thrown: ${typeof error}`);
    if (unavailable) logger.warn({ err, requestId, route }, 'a request could not be answered for now');
    else logger.error({ err, requestId, route }, 'a request failed');
    return unavailable ? UNAVAILABLE : INTERNAL;
  };
