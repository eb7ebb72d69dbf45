/** The broker took the message and found no queue for it: confirmed, returned, not stored. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';
}

/** No confirm in time. The message may or may not be stored; sending it again may make a duplicate. */
export class PublishTimeoutError extends Error {
  override readonly name = 'PublishTimeoutError';
}

/** There is no link, it is blocked, or it went while the message was under way (then it may or may not be stored). */
export class BrokerAwayError extends Error {
  override readonly name = 'BrokerAwayError';
}

/** The broker refused to store the message: its queue is full. */
export class PublishRefusedError extends Error {
  override readonly name = 'PublishRefusedError';
}
