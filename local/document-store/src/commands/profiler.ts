import type { Document } from '../bson/value.ts';

/** What commands did, kept in memory per database while its profiling level is 2; read as the collection `system.profile`. */
export interface Profiler {
  level(database: string): number;
  setLevel(database: string, level: number): void;
  entries(database: string): readonly Document[];
  note(database: string, entries: readonly Document[]): void;
}

/** As the collection, which MongoDB makes 1 MB small: the oldest entry goes first. */
const KEPT = 5_000;

export const createProfiler = (): Profiler => {
  const levels = new Map<string, number>();
  const kept = new Map<string, Document[]>();
  return {
    level: (database) => levels.get(database) ?? 0,
    setLevel: (database, level) => {
      levels.set(database, level);
    },
    entries: (database) => kept.get(database) ?? [],
    note: (database, entries) => {
      const all = [...(kept.get(database) ?? []), ...entries];
      kept.set(database, all.slice(-KEPT));
    },
  };
};
