import * as z from 'zod';

/** As much of a database as its profiler takes. */
type Profiled = {
  collection(name: string): { find(): { toArray(): Promise<unknown[]> } };
  command(command: { profile: number }): Promise<unknown>;
};

const noted = z.object({ op: z.string(), ns: z.string(), planSummary: z.string() });

/** How the database found what it answered while `work` ran: each query and count with its collection and its plan. */
export const profiledQueries = async (
  db: Profiled | undefined,
  work: () => Promise<unknown>,
): Promise<{ collection: string; plan: string }[]> => {
  if (!db) throw new Error('the database is not open');
  const profile = async () => noted.array().parse(await db.collection('system.profile').find().toArray());
  const before = (await profile()).length;
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  return (await profile())
    .slice(before)
    .filter(({ op, ns }) => (op === 'query' || op === 'command') && !ns.endsWith('.system.profile'))
    .map(({ ns, planSummary }) => ({ collection: ns.slice(ns.lastIndexOf('.') + 1), plan: planSummary }));
};
