import type { Document } from '../bson/value.ts';

/** A command as it arrived, whichever message carried it. */
export interface Request {
  readonly requestId: number;
  /** The command document; document sequences stand in it as the arrays they abbreviate. */
  readonly body: Document;
  /** False for `moreToCome`: the sender does not wait and must not be answered. */
  readonly wantsReply: boolean;
  readonly via: 'op-msg' | 'op-query';
}
