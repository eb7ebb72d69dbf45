import * as z from 'zod';

const live = z.object({ event: z.literal('live'), text: z.string() });

/** What a city counts; a line without it is shown in the city's own words. */
const counts = z.object({
  orders: z.int(),
  byStatus: z.record(z.string(), z.int()),
  readyToOfferMs: z.object({ p95: z.number() }).nullish(),
  lost: z.int(),
});

const GROUPS: readonly (readonly [label: string, statuses: readonly string[]])[] = [
  ['new', ['pending_payment', 'placed']],
  ['kitchen', ['accepted', 'preparing']],
  ['road', ['ready_for_rider', 'rider_assigned', 'picked_up']],
  ['done', ['delivered']],
  ['ended early', ['cancelled', 'rejected', 'expired']],
];

/** What matters most stands first: a narrow terminal cuts the end off. */
const shortLine = ({ orders, byStatus, readyToOfferMs, lost }: z.infer<typeof counts>): string => {
  const groups = GROUPS.map(([label, statuses]) => {
    const count = statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
    return { label, count };
  });
  const shown = groups.filter(({ label, count }) => label !== 'ended early' || count > 0);
  const parts = [
    `lost ${lost}`,
    `orders ${orders}: ${shown.map(({ label, count }) => `${label} ${count}`).join(', ')}`,
  ];
  if (readyToOfferMs) parts.push(`offer p95 ${Math.round(readyToOfferMs.p95)} ms`);
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
