import { encode } from '../bson/encode.ts';
import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileFilter } from '../query/match.ts';
import { compareBy, readSort } from '../query/sort.ts';
import { countArgument, documentArgument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import type { CursorItem } from './cursors.ts';
import { planSummaries } from './explain.ts';

export const PROFILE = 'system.profile';

/** Reads and sets the profiling level: 0 nothing, 2 everything; 1, only what is slow, is taken for 0, since no time is measured. */
export const profile: Command = (body, { profiler, database }) => {
  const level = Number(body.profile);
  if (![-1, 0, 1, 2].includes(level)) {
    throw new CommandError('BadValue', 'profile must be -1, 0, 1 or 2');
  }
  const was = profiler.level(database);
  if (level !== -1) profiler.setLevel(database, level);
  return { was, slowms: 100, sampleRate: 1 };
};

const OPERATIONS = new Map([
  ['find', 'query'],
  ['update', 'update'],
  ['delete', 'remove'],
  ['findAndModify', 'command'],
  ['findandmodify', 'command'],
  ['count', 'command'],
  ['distinct', 'command'],
  ['aggregate', 'command'],
]);

/** One entry a statement, for a command that has to find documents. */
export const profileCommand = (body: Document, context: CommandContext): void => {
  const { profiler, database, now } = context;
  if (profiler.level(database) < 2) return;
  const [name = ''] = Object.keys(body);
  const op = OPERATIONS.get(name);
  const target = body[name];
  if (op === undefined || typeof target !== 'string' || target === PROFILE) return;
  const { lsid: _session, $db: _database, $clusterTime: _time, ...command } = body;
  const summaries = planSummaries(command, context);
  profiler.note(
    database,
    summaries.map((planSummary) => ({ op, ns: `${database}.${target}`, command, planSummary, ts: now() })),
  );
};

/** What `find` answers of `system.profile`: filtered, sorted and cut, without a projection. */
export function* findProfile(body: Document, { profiler, database }: CommandContext): Generator<CursorItem> {
  const matches = compileFilter(documentArgument(body, 'filter'));
  const found = profiler.entries(database).filter((entry) => matches(entry));
  const skip = countArgument(body, 'skip', 0);
  const limit = countArgument(body, 'limit', 0);
  const inOrder = [...found].sort(compareBy(readSort(body.sort)));
  for (const entry of inOrder.slice(skip, limit > 0 ? skip + limit : undefined)) yield encode(entry);
}
