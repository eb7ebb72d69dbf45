import type { ConfirmChannel, Options } from 'amqplib';
import type { Link } from './link.ts';
import type { MessagingMetrics, PublishResult } from './metrics.ts';
import { BrokerAwayError, PublishRefusedError, PublishTimeoutError, UnroutableError } from './publish-errors.ts';
import { createReturnedMessages } from './returned-messages.ts';

/** Sends over whichever link is current, one promise a message. */
export type ConfirmedSender = {
  /**
   * Resolves once the broker has stored the message, and rejects with one of `publish-errors.ts`. Messages leave in the order
   * of the calls. At most `window` are unconfirmed; a further call waits for room. While there is no link it rejects at once.
   */
  send(exchange: string, routingKey: string, body: Buffer, properties: Options.Publish): Promise<void>;
  /** False while there is no link or it is blocked: `send` would reject. */
  accepting(): boolean;
  /** Sent and unconfirmed, or waiting for room. */
  pending(): number;
  /** Resolves when nothing is pending. */
  idle(): Promise<void>;
  attach(link: Link): void;
  detach(why: string): void;
  setBlocked(blocked: boolean): void;
};

type Message = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Options.Publish;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  sentAt: number;
};

const SWEEP_MS = 500;
// amqplib gives its callback a bare Error for both; only a nack carries this text.
const NACKED = 'message nacked';

export const createConfirmedSender = ({
  window,
  confirmTimeoutMs,
  metrics,
}: {
  window: number;
  confirmTimeoutMs: number;
  metrics: MessagingMetrics;
}): ConfirmedSender => {
  /** In the order sent, so that the first is the oldest. */
  const unconfirmed = new Set<Message>();
  const waiting: Message[] = [];
  const returned = createReturnedMessages();
  const idleWaiters: (() => void)[] = [];
  let link: Link | undefined;
  let blocked = false;
  let bufferFull = false;
  let sweep: NodeJS.Timeout | undefined;

  const fail = (message: Message, result: PublishResult, error: Error) => {
    metrics.published(result);
    message.reject(error);
  };
  const wakeIdle = () => {
    if (unconfirmed.size > 0 || waiting.length > 0) return;
    for (const wake of idleWaiters.splice(0)) wake();
  };

  const conclude = (message: Message, error: Error | null) => {
    const cameBack = returned.take(message.exchange, message.routingKey, String(message.properties.messageId));
    // Failed before: by the time limit, or with its link.
    if (!unconfirmed.delete(message)) return;
    admit();
    if (error === null && !cameBack) {
      metrics.published('confirmed');
      metrics.confirmSeconds((performance.now() - message.sentAt) / 1000);
      message.resolve();
    } else if (error === null) {
      const what = `nothing is bound to '${message.exchange}' for '${message.routingKey}'`;
      fail(message, 'returned', new UnroutableError(what));
    } else if (error.message === NACKED) {
      const what = `a queue behind '${message.routingKey}' is full`;
      fail(message, 'refused', new PublishRefusedError(what, { cause: error }));
    } else {
      fail(message, 'away', new BrokerAwayError('the channel closed before the confirm', { cause: error }));
    }
    wakeIdle();
  };

  const write = (channel: ConfirmChannel, message: Message) => {
    message.sentAt = performance.now();
    unconfirmed.add(message);
    try {
      const { exchange, routingKey, body, properties } = message;
      const buffered = channel.publish(exchange, routingKey, body, properties, (error) => conclude(message, error));
      // False still means taken: sending it again would double it. The buffer is unbounded, so wait for it to empty.
      bufferFull = !buffered;
    } catch (error) {
      // What cannot be encoded, or a channel that closed in this very moment. Nothing was written.
      unconfirmed.delete(message);
      fail(message, 'away', error instanceof Error ? error : new Error(String(error)));
      wakeIdle();
    }
  };

  const hasRoom = () => !bufferFull && unconfirmed.size < window;
  const admit = () => {
    while (link && waiting.length > 0 && hasRoom()) {
      const next = waiting.shift();
      if (next) write(link.confirms, next);
    }
  };

  const failOverdue = () => {
    const due = performance.now() - confirmTimeoutMs;
    let late = 0;
    for (const message of unconfirmed) {
      if (message.sentAt > due) break;
      unconfirmed.delete(message);
      late += 1;
      fail(message, 'timed-out', new PublishTimeoutError(`no confirm within ${confirmTimeoutMs} ms`));
    }
    if (late === 0) return;
    // A blocked connection confirms late and cannot open a channel; it is not broken. Otherwise the link cannot be trusted.
    if (!blocked) link?.lose(new Error(`${late} messages without a confirm in ${confirmTimeoutMs} ms`));
    wakeIdle();
  };

  const failAll = (messages: Iterable<Message>, why: string) => {
    for (const message of messages) fail(message, 'away', new BrokerAwayError(why));
  };

  return {
    send: (exchange, routingKey, body, properties) =>
      new Promise((resolve, reject) => {
        const message: Message = { exchange, routingKey, body, properties, resolve, reject, sentAt: 0 };
        if (!link || blocked) {
          fail(message, 'away', new BrokerAwayError(link ? 'the broker blocks publishers' : 'no link to the broker'));
        } else if (waiting.length === 0 && hasRoom()) {
          write(link.confirms, message);
        } else {
          waiting.push(message);
        }
      }),
    accepting: () => link !== undefined && !blocked,
    pending: () => unconfirmed.size + waiting.length,
    idle: () =>
      new Promise((resolve) => {
        idleWaiters.push(resolve);
        wakeIdle();
      }),
    attach: (next) => {
      link = next;
      blocked = false;
      bufferFull = false;
      returned.forget();
      next.confirms.on('return', ({ fields, properties }) => {
        returned.note(fields.exchange, fields.routingKey, String(properties.messageId));
      });
      next.confirms.on('drain', () => {
        bufferFull = false;
        admit();
      });
      sweep = setInterval(failOverdue, SWEEP_MS);
    },
    detach: (why) => {
      link = undefined;
      clearInterval(sweep);
      const lost = [...unconfirmed, ...waiting.splice(0)];
      unconfirmed.clear();
      failAll(lost, why);
      wakeIdle();
    },
    setBlocked: (now) => {
      blocked = now;
      if (now) failAll(waiting.splice(0), 'the broker blocks publishers');
      wakeIdle();
    },
  };
};
