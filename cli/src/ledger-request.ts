import { orderId } from '@tiffin/contracts/ids';
import { account, ledgerQuery, partyKind, settlementQuery } from '@tiffin/contracts/ledger-api';
import { readCommandLine } from '@tiffin/stack/command-line';
import { ADMIN_FLAGS, type AdminDoor, adminFlagsHelp, flagWithoutEffect, readAdminDoor } from './admin-door.ts';

export const LEDGER_HELP = `npm run ledger -- --from TIME --to TIME [flags]: the double entries of a time, and what they come to.
npm run ledger -- order ID [flags]: all that the money of one order did.
npm run ledger -- settlement DAY [flags]: what restaurants and riders are owed for a day in India, as CSV.

  --from TIME      from inclusive, to exclusive: instants such as 2026-11-01T00:00:00+05:30
  --to TIME
  --account NAME   only what touches ${account.options.join(', ')}
  --kind KIND      a settlement of ${partyKind.options.join(' or ')} only
  --out FILE       the settlement into a file
${adminFlagsHelp('JSON: a line for each transaction and one for the totals; one object for an order or a settlement')}

Exit codes: 0 printed, 1 nobody answered or there is no such order, 2 wrong flags.`;

export type LedgerQuestion =
  /** `query` goes on with a cursor until all is read. */
  | { readonly kind: 'time'; readonly query: string }
  | { readonly kind: 'order'; readonly orderId: string }
  | { readonly kind: 'settlement'; readonly query: string; readonly out: string | undefined };

export type LedgerRequest =
  | { readonly kind: 'request'; readonly door: AdminDoor; readonly question: LedgerQuestion }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly message: string };

type Flags = { readonly [name in 'from' | 'to' | 'account' | 'kind' | 'out']: string | undefined };
type Read = LedgerQuestion | { readonly kind: 'problem'; readonly message: string };

const wrong = (message: string) => ({ kind: 'problem', message: `${message} See npm run ledger -- --help` }) as const;

/** The words and flags of `npm run ledger`. */
export const readLedgerRequest = (args: readonly string[]): LedgerRequest => {
  const flagsFrom = args.findIndex((word) => word.startsWith('-'));
  const words = args.slice(0, Math.min(2, flagsFrom < 0 ? args.length : flagsFrom));
  const read = readCommandLine(args.slice(words.length), {
    from: { type: 'string' },
    to: { type: 'string' },
    account: { type: 'string' },
    kind: { type: 'string' },
    out: { type: 'string' },
    ...ADMIN_FLAGS,
  });
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  if (read.kind === 'problem') return wrong(read.message);
  const { from, to, account, kind, out } = read.values;
  const named = readAdminDoor(read.values);
  if (named.kind === 'problem') return wrong(named.message);
  const question = readQuestion(words, { from, to, account, kind, out });
  return question.kind === 'problem' ? question : { kind: 'request', door: named.door, question };
};

const readQuestion = (words: readonly string[], flags: Flags): Read => {
  const [verb, what = ''] = words;
  switch (verb) {
    case undefined:
      return without(flags, ['kind', 'out']) ?? readTime(flags);
    case 'order':
      return without(flags, ['from', 'to', 'account', 'kind', 'out']) ?? readOrder(what);
    case 'settlement':
      return without(flags, ['from', 'to', 'account']) ?? readSettlement(what, flags);
    default:
      return wrong(`There is no "${verb}"; it is order or settlement.`);
  }
};

const without = (flags: Flags, names: readonly (keyof Flags)[]) => {
  const useless = flagWithoutEffect(flags, names);
  return useless === undefined ? undefined : wrong(useless);
};

const readTime = ({ from, to, account: wanted }: Flags): Read => {
  if (from === undefined || to === undefined) return wrong('Give --from and --to, or order ID, or settlement DAY.');
  const asked = { from, to, ...(wanted === undefined ? {} : { account: wanted }) };
  const { success, error } = ledgerQuery.safeParse({ ...asked, limit: '100' });
  if (success) return { kind: 'time', query: new URLSearchParams({ ...asked, limit: '100' }).toString() };
  const [issue] = error.issues;
  return wrong(`--${issue?.path.join('.')}: ${issue?.message}.`);
};

const readOrder = (id: string): Read =>
  orderId.safeParse(id).success ? { kind: 'order', orderId: id } : wrong('order takes the 24 digits of an order.');

const readSettlement = (date: string, { kind, out }: Flags): Read => {
  const asked = { date, ...(kind === undefined ? {} : { kind }) };
  const { success, error } = settlementQuery.safeParse(asked);
  if (success) return { kind: 'settlement', query: new URLSearchParams(asked).toString(), out };
  const [issue] = error.issues;
  return wrong(issue?.path[0] === 'kind' ? `--kind: ${issue.message}.` : `settlement: ${issue?.message}.`);
};
