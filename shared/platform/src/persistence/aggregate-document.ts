import type mongoose from 'mongoose';
import type { Connection, IndexDefinition, IndexOptions, Model } from 'mongoose';
import { Schema } from 'mongoose';
import { type StreamEvent, TAIL } from './stored.ts';

/** The document of an aggregate: `state` is its rule's, `stream` its history, the rest moves beside them without `seq`. */
export type AggregateDocument = {
  _id: mongoose.Types.ObjectId;
  seq: number;
  revision: number;
  state: unknown;
  stream: StreamEvent[];
  seen?: Record<string, number>;
  sentSeq: number;
  unsentSince?: Date;
  nextActionAt?: Date;
  correlationId: string;
  createdAt: Date;
  updatedAt: Date;
};

/** What a read brings along: the state and the newest events, not the whole history. */
export const TAIL_PROJECTION = {
  stream: { $slice: -TAIL },
  seq: 1,
  revision: 1,
  state: 1,
  seen: 1,
  sentSeq: 1,
  correlationId: 1,
  createdAt: 1,
  updatedAt: 1,
} as const;

/** The mongoose model of one kind of aggregate, with the indexes the sweeper and the timers need beside the noun's own. */
export const defineAggregateModel = ({
  connection,
  collection,
  indexes,
  beside,
}: {
  readonly connection: Connection;
  readonly collection: string;
  readonly indexes: readonly (readonly [IndexDefinition, IndexOptions?])[];
  readonly beside?: Readonly<Record<string, unknown>>;
}): Model<AggregateDocument> => {
  const schema = new Schema(
    {
      seq: { type: Number, required: true },
      revision: { type: Number, required: true },
      state: { type: Schema.Types.Mixed, required: true },
      stream: { type: [Schema.Types.Mixed], required: true },
      seen: { type: Schema.Types.Mixed },
      sentSeq: { type: Number, required: true },
      unsentSince: Date,
      nextActionAt: Date,
      timerLease: Date,
      correlationId: { type: String, required: true },
      createdAt: { type: Date, required: true },
      updatedAt: { type: Date, required: true },
      ...beside,
    },
    { collection, strict: 'throw', minimize: false, versionKey: false, autoIndex: false },
  );
  schema.index({ unsentSince: 1 }, { sparse: true });
  schema.index({ nextActionAt: 1 }, { sparse: true });
  for (const [fields, indexOptions] of indexes) schema.index(fields, indexOptions);
  return connection.model<AggregateDocument>(collection, schema);
};

// What comes out of our own collection was written by the aggregate store; its `state` is parsed by the noun's schema.
export const asDocument = (document: unknown): AggregateDocument => document as AggregateDocument;
