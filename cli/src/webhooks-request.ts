import { byWebhook, replayWebhook, webhookStatus, webhooksQuery } from '@tiffin/contracts/payment-operations-api';
import { readCommandLine } from '@tiffin/stack/command-line';
import { ADMIN_FLAGS, type AdminDoor, adminFlagsHelp, flagWithoutEffect, readAdminDoor } from './admin-door.ts';

export const WEBHOOKS_HELP = `npm run webhooks -- list [flags]: what the payment gateway told us and what became of it, newest first.
npm run webhooks -- show ID: one in full, as far as it is kept.
npm run webhooks -- replay ID --reason TEXT: works on it again, at once, by asking the gateway.

  --status STATUS  only those that are ${webhookStatus.options.join(', ')}
  --event EVENT    only of this event, such as payment.captured
  --order ID       only of this order
  --limit N        so many, 1 to 100 (default 20)
  --cursor TEXT    goes on where a list ended
  --reason TEXT    why it is replayed; the audit keeps it
${adminFlagsHelp("the service's own answer, one JSON object")}

Exit codes: 0 done, 1 nobody answered or it was refused, 2 wrong flags.`;

export type WebhooksAction =
  | { readonly kind: 'list'; readonly query: string }
  | { readonly kind: 'show'; readonly id: string }
  | { readonly kind: 'replay'; readonly id: string; readonly reason: string };

export type WebhooksRequest =
  | { readonly kind: 'request'; readonly door: AdminDoor; readonly action: WebhooksAction }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly message: string };

type Flags = { readonly [name in 'status' | 'event' | 'order' | 'limit' | 'cursor' | 'reason']: string | undefined };
type Read = WebhooksAction | { readonly kind: 'problem'; readonly message: string };

const wrong = (message: string) => ({ kind: 'problem', message: `${message} See npm run webhooks -- --help` }) as const;

/** The words and flags of `npm run webhooks`. */
export const readWebhooksRequest = (args: readonly string[]): WebhooksRequest => {
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  const firstFlag = args.findIndex((arg) => arg.startsWith('-'));
  const words = firstFlag === -1 ? args : args.slice(0, firstFlag);
  const read = readCommandLine(args.slice(words.length), {
    status: { type: 'string' },
    event: { type: 'string' },
    order: { type: 'string' },
    limit: { type: 'string' },
    cursor: { type: 'string' },
    reason: { type: 'string' },
    ...ADMIN_FLAGS,
  });
  if (read.kind === 'problem') return wrong(read.message);
  const { status, event, order, limit, cursor, reason } = read.values;
  const named = readAdminDoor(read.values);
  if (named.kind === 'problem') return wrong(named.message);
  const action = readAction(words, { status, event, order, limit, cursor, reason });
  return action.kind === 'problem' ? action : { kind: 'request', door: named.door, action };
};

const readAction = ([verb, id = '', ...more]: readonly string[], flags: Flags): Read => {
  if (more.length > 0) return wrong(`"${more[0]}" is one word too many.`);
  switch (verb) {
    case 'list':
      return id === '' ? (without(flags, ['reason']) ?? readList(flags)) : wrong(`"${id}" is one word too many.`);
    case 'show':
      return without(flags, [...LIST_FLAGS, 'reason']) ?? readShow(id);
    case 'replay':
      return without(flags, LIST_FLAGS) ?? readReplay(id, flags);
    default:
      return wrong('Say list, show ID or replay ID.');
  }
};

const LIST_FLAGS = ['status', 'event', 'order', 'limit', 'cursor'] as const;

const without = (flags: Flags, names: readonly (keyof Flags)[]) => {
  const useless = flagWithoutEffect(flags, names);
  return useless === undefined ? undefined : wrong(useless);
};

const readList = ({ status, event, order, limit, cursor }: Flags): Read => {
  const given = Object.entries({ status, event, orderId: order, limit, cursor }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const asked = Object.fromEntries(given);
  const { success, error } = webhooksQuery.safeParse(asked);
  if (success) return { kind: 'list', query: new URLSearchParams(asked).toString() };
  const [issue] = error.issues;
  const flag = issue?.path[0] === 'orderId' ? 'order' : issue?.path.join('.');
  return wrong(`--${flag}: ${issue?.message}.`);
};

const readShow = (id: string): Read =>
  byWebhook.safeParse({ id }).success ? { kind: 'show', id } : wrong('Name the webhook: its id is in the list.');

const readReplay = (id: string, { reason }: Flags): Read => {
  const shown = readShow(id);
  if (shown.kind === 'problem') return shown;
  const said = replayWebhook.safeParse({ reason });
  return said.success ? { kind: 'replay', id, reason: said.data.reason } : wrong('--reason says why, in one line.');
};
