import * as z from 'zod';

const live = z.object({ event: z.literal('live'), text: z.string() });

/** What a city counts; a line without it is shown in the city's own words. */
const counts = z.object({
  orders: z.int(),
  byStatus: z.record(z.string(), z.int()),
  /** Customers who cancel before they pay: a few in a hundred do. */
  changedMind: z.int().default(0),
  readyToOfferMs: z.object({ p95: z.number() }).nullish(),
  lost: z.int(),
});

const GROUPS: readonly (readonly [label: string, statuses: readonly string[]])[] = [
  ['new', ['pending_payment', 'placed']],
  ['kitchen', ['accepted', 'preparing']],
  ['road', ['ready_for_rider', 'rider_assigned', 'picked_up']],
  ['done', ['delivered']],
];
const ENDED_EARLY = ['cancelled', 'rejected', 'expired'];

/** What matters most stands first: a narrow terminal cuts the end off. */
const shortLine = ({ orders, byStatus, changedMind, readyToOfferMs, lost }: z.infer<typeof counts>): string => {
  const countOf = (statuses: readonly string[]) => statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  const groups = GROUPS.map(([label, statuses]) => ({ label, count: countOf(statuses) }));
  const rare = [
    { label: 'changed mind', count: changedMind },
    { label: 'given up', count: countOf(ENDED_EARLY) - changedMind },
  ];
  const list = (counted: typeof groups) => counted.map(({ label, count }) => `${label} ${count}`).join(', ');
  const early = rare.filter(({ count }) => count > 0);
  const parts = [`lost ${lost}`, `orders ${orders}: ${list(groups)}`];
  if (readyToOfferMs) parts.push(`offer p95 ${Math.round(readyToOfferMs.p95)} ms`);
  if (early.length > 0) parts.push(list(early));
  return parts.join(' | ');
};

/** A city's `{"event":"live"}` line in fewer than 80 characters; undefined for whatever else it prints. */
export const liveText = (line: string): string | undefined => {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  const text = live.safeParse(said).data?.text;
  const counted = counts.safeParse(said).data;
  return text !== undefined && counted ? shortLine(counted) : text;
};
