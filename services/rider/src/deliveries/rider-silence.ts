import type { Point } from '@tiffin/contracts/geo';
import { SECOND } from '@tiffin/platform/clock';
import { changed, unchanged } from '@tiffin/platform/persistence/decision';
import type { Delivery, DeliveryEvent, SilencePolicy } from './delivery.ts';
import { takeBack } from './trip.ts';

/** When the rider of a job was heard last, and since when he could have been heard at all. */
export type Contact = {
  readonly last?: { readonly location: Point; readonly at: Date; readonly heardAt: Date };
  readonly receivingSince: Date;
};

/** How often within the time to silence a silent rider is looked for: he may have been heard by a process that told nobody. */
const LOOKS = 4;

/**
 * The rider of a job is looked for. Silent for `silentAfterMs` he is marked; for `replacedAfterMs` he loses the job if the food is still in
 * the kitchen, and a person is told if it is not. Silence counts from the last position, the assignment or the end of an outage of ours,
 * whichever was last; only a position ends it. Said at any moment, and again, it does what is due and nothing else.
 */
export const watch = (
  state: Delivery,
  riderId: string,
  { last, receivingSince }: Contact,
  now: Date,
  { silentAfterMs, replacedAfterMs }: SilencePolicy,
) => {
  if (!state.active || state.riderId !== riderId || !state.watchedFrom) return unchanged;
  const heardMs = Math.max(Date.parse(state.watchedFrom), last?.heardAt.getTime() ?? 0);
  const fromMs = Math.max(heardMs, receivingSince.getTime());
  const quietMs = now.getTime() - fromMs;

  const { silence: known, ...rest } = state;
  const isHeard = !known || heardMs > Date.parse(known.since);
  if (isHeard && quietMs < silentAfterMs) {
    const watchAt = iso(fromMs + silentAfterMs);
    return known || watchAt !== state.watchAt ? changed<Delivery, DeliveryEvent>({ ...rest, watchAt }) : unchanged;
  }

  const facts = isHeard
    ? { since: iso(fromMs), ...(last && { lastKnown: { location: last.location, at: last.at.toISOString() } }) }
    : { since: known.since, ...(known.lastKnown && { lastKnown: known.lastKnown }) };
  const about = { orderId: state.orderId, riderId: state.riderId, ...facts };
  const told: DeliveryEvent[] = isHeard ? [{ type: 'RIDER_SILENT', version: 1, data: about }] : [];
  const isGone = quietMs >= replacedAfterMs;

  if (isGone && state.status === 'assigned') {
    const back = takeBack(state, `no position for ${seconds(quietMs)} s`, now);
    return changed(back.state, ...told, ...back.events);
  }
  const wasCase = !isHeard && known.isCase;
  if (isGone && !wasCase) {
    const reason = `the rider has the food, and no position has come from him for ${seconds(quietMs)} s`;
    told.push({ type: 'DELIVERY_CASE_OPENED', version: 1, data: { ...about, reason } });
  }
  const nextLookMs = now.getTime() + silentAfterMs / LOOKS;
  const watchMs = isGone ? nextLookMs : Math.min(nextLookMs, fromMs + replacedAfterMs);
  const silence = { ...facts, isCase: wasCase || isGone };
  return changed<Delivery, DeliveryEvent>({ ...state, silence, watchAt: iso(watchMs) }, ...told);
};

const seconds = (ms: number): number => Math.floor(ms / SECOND);
const iso = (ms: number): string => new Date(ms).toISOString();
