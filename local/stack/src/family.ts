import type { Releasers } from '@tiffin/platform/lifecycle/releasers';
import { startTogether } from './start-together.ts';
import { type ChildNews, type ChildSpec, type Supervised, supervise } from './supervise.ts';

export type Family = {
  readonly members: ReadonlyMap<string, Supervised>;
  /** Starts some side by side and resolves when all are ready. They are stopped side by side, before whatever was started earlier. */
  start(specs: readonly ChildSpec[]): Promise<void>;
};

/** All the children of one stack. */
export const createFamily = ({
  releasers,
  tell,
  changed,
}: {
  releasers: Releasers;
  tell(news: ChildNews): void;
  changed(): void;
}): Family => {
  const members = new Map<string, Supervised>();
  return {
    members,
    start: async (specs) => {
      const group = specs.map((spec) => supervise({ spec, tell, changed }));
      for (const child of group) members.set(child.name, child);
      releasers.push(() => Promise.all(group.map((child) => child.stop())));
      await startTogether(group.map((child) => child.start()));
    },
  };
};
