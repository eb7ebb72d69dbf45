import { done, extraFieldSent, invalidInput, type Outcome, refused } from './refusal.ts';
import { unexpectedFields } from './request-fields.ts';

/** Which part of a list is asked for. Times are unix seconds, both ends included. */
export interface Listing {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly skip: number;
}

const LISTING_FIELDS = ['from', 'to', 'count', 'skip'];
const DEFAULT_COUNT = 10;
const MAX_COUNT = 100;

/** The query of a list, newest first: ten entries unless more are asked for, a hundred at most. */
export const readListing = (
  query: Readonly<Record<string, unknown>>,
  furtherFields: readonly string[] = [],
): Outcome<Listing> => {
  const extra = unexpectedFields(query, new Set([...LISTING_FIELDS, ...furtherFields]));
  if (extra.length > 0) return refused(extraFieldSent(extra));
  const whole = (name: string, fallback: number): number => {
    const value = query[name];
    if (value === undefined) return fallback;
    return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  };
  const listing = {
    from: whole('from', 0),
    to: whole('to', Number.MAX_SAFE_INTEGER),
    count: whole('count', DEFAULT_COUNT),
    skip: whole('skip', 0),
  };
  for (const [name, value] of Object.entries(listing)) {
    if (Number.isNaN(value)) return refused(invalidInput(`The ${name} must be an integer.`, name));
  }
  if (listing.count < 1 || listing.count > MAX_COUNT) {
    return refused(invalidInput(`The count must be between 1 and ${MAX_COUNT}.`, 'count'));
  }
  return done(listing);
};

/** The asked part of a list that is newest first already. */
export const pageOf = <T extends { readonly created_at: number }>(
  items: readonly T[],
  { from, to, count, skip }: Listing,
): T[] => items.filter((item) => item.created_at >= from && item.created_at <= to).slice(skip, skip + count);
