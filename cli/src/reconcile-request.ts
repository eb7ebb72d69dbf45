import { orderId } from '@tiffin/contracts/ids';
import { readCommandLine } from '@tiffin/stack/command-line';
import { ADMIN_FLAGS, type AdminDoor, adminFlagsHelp, readAdminDoor } from './admin-door.ts';

export const RECONCILE_HELP = `npm run reconcile -- [ORDER_ID] [flags]: asks the payment gateway now, about one payment or every open one.

  --status         changes nothing: says how looking for lost money stands
${adminFlagsHelp("the service's own answer, one JSON object")}

Up to a hundred payments are looked at before this answers; of more it says how many are due now, and --status how far that is.
Exit codes: 0 asked, 1 nobody answered, it was refused, or the gateway could not be asked about some, 2 wrong flags.`;

export type ReconcileRequest =
  | {
      readonly kind: 'request';
      readonly door: AdminDoor;
      readonly action: { readonly kind: 'status' } | { readonly kind: 'run'; readonly orderId: string | undefined };
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly message: string };

const wrong = (message: string) =>
  ({ kind: 'problem', message: `${message} See npm run reconcile -- --help` }) as const;

/** The flags of `npm run reconcile`. */
export const readReconcileRequest = (args: readonly string[]): ReconcileRequest => {
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  const words = args[0]?.startsWith('-') === false ? args.slice(0, 1) : [];
  const read = readCommandLine(args.slice(words.length), {
    status: { type: 'boolean', default: false },
    ...ADMIN_FLAGS,
  });
  if (read.kind === 'problem') return wrong(read.message);
  const { status } = read.values;
  const named = readAdminDoor(read.values);
  if (named.kind === 'problem') return wrong(named.message);
  const [order] = words;
  if (order !== undefined && !orderId.safeParse(order).success) return wrong('An order has 24 hexadecimal digits.');
  if (order !== undefined && status) return wrong('--status is of all payments.');
  const action = status ? ({ kind: 'status' } as const) : ({ kind: 'run', orderId: order } as const);
  return { kind: 'request', door: named.door, action };
};
