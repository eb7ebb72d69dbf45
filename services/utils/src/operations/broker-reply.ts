import { problem, type Reply } from '@tiffin/platform/http/reply';
import { BrokerAwayError } from '@tiffin/platform/messaging/publish-errors';

const RETRY_S = 2;

/** What `ask` answers; 503 when the broker is away, which then has changed nothing. */
export const unlessBrokerAway = async (ask: () => Promise<Reply>): Promise<Reply> => {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BrokerAwayError)) throw error;
    return problem('unavailable', 'The broker is away, and nothing was changed. Try again shortly.', {
      retryAfterSeconds: RETRY_S,
    });
  }
};
