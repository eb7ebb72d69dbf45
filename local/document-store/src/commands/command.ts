import type { EncodableDocument } from '../bson/encode.ts';
import type { Document } from '../bson/value.ts';
import type { Store } from '../storage/store.ts';
import type { Cursors } from './cursors.ts';
import type { Profiler } from './profiler.ts';

/** What a command may use. */
export interface CommandContext {
  readonly store: Store;
  readonly cursors: Cursors;
  readonly profiler: Profiler;
  readonly database: string;
  readonly connectionId: number;
  readonly now: () => Date;
  readonly startedAt: Date;
}

/** Runs one command and answers its reply without `ok`. @throws CommandError for the client; anything else is a fault. */
export type Command = (body: Document, context: CommandContext) => EncodableDocument;
