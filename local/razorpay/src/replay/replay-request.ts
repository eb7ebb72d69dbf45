import { parseArgs } from 'node:util';

const MOST_IDS = 1000;

export type ReplayRequest = {
  readonly kind: 'request';
  readonly action: 'list' | 'replay';
  /** What is listed or replayed; `everything` is everything unacknowledged when it is replayed. */
  readonly what:
    | { readonly kind: 'everything' }
    | { readonly kind: 'order'; readonly orderId: string }
    | { readonly kind: 'ids'; readonly ids: readonly string[] };
  readonly force: boolean;
  /** Where the fake is; undefined: where the stack on `data` says. */
  readonly url: string | undefined;
  readonly data: string;
};

export const REPLAY_HELP = `npm run --silent replay -w @tiffin/fake-razorpay -- [flags]: sends stored webhooks of the fake Razorpay once more,
the same bytes under the same event id, signed with the secret of today. One of:

  --unacknowledged   everything that nobody answered with 2xx, of the last 7 days
  --order ORDER_ID   the same, of one gateway order
  --ids ID,ID        these events, at most ${MOST_IDS}
  --list             sends nothing; lists what is stored, oldest first (with --order: of one order)

  --force            also what was acknowledged, and what is older than 7 days
  --url URL          the fake Razorpay (default: that of the stack on --data)
  --data DIR         the data folder of the running stack (default .data)
  --json             one JSON object: {"replayed","skipped"}; with --list one object a line
  --help             this

Exit codes: 0 done, 1 something asked for was not sent, 2 wrong flags, 3 no fake Razorpay answers.`;

type Read = ReplayRequest | { readonly kind: 'help' } | { readonly kind: 'problem'; readonly message: string };

const wrong = (message: string): Read => ({ kind: 'problem', message: `${message} See --help` });

/** The flags of the replay command. */
export const readReplayRequest = (args: readonly string[]): Read => {
  const read = readFlags(args);
  if (typeof read === 'string') return wrong(read);
  if (read.help) return { kind: 'help' };
  const { list, unacknowledged, order, force, url, data } = read;
  const ids = read.ids?.split(',').map((id) => id.trim());
  const ways = [unacknowledged || undefined, ids, list ? undefined : order].filter((way) => way !== undefined);
  if (ways.length + (list ? 1 : 0) !== 1) return wrong('Say one of --unacknowledged, --order, --ids and --list.');
  if (order !== undefined && !/^order_[A-Za-z0-9]{14}$/.test(order))
    return wrong('--order takes the id of a gateway order.');
  if (ids !== undefined && !ids.every((id) => /^[A-Za-z0-9]{14}$/.test(id))) {
    return wrong('--ids takes event ids, 14 letters and digits each, separated by commas.');
  }
  if (ids !== undefined && ids.length > MOST_IDS) return wrong(`--ids takes at most ${MOST_IDS} ids.`);
  if (url !== undefined && !/^https?:\/\/[^/]/.test(url))
    return wrong('--url takes an address such as http://127.0.0.1:4010.');
  if (data === '') return wrong('--data takes the name of a folder.');
  return { kind: 'request', action: list ? 'list' : 'replay', what: whatOf(ids, order), force, url, data };
};

const whatOf = (ids: readonly string[] | undefined, orderId: string | undefined): ReplayRequest['what'] => {
  if (ids !== undefined) return { kind: 'ids', ids };
  return orderId === undefined ? { kind: 'everything' } : { kind: 'order', orderId };
};

/** Strict: an unknown flag is a problem, in one sentence. */
const readFlags = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        list: { type: 'boolean', default: false },
        unacknowledged: { type: 'boolean', default: false },
        order: { type: 'string' },
        ids: { type: 'string' },
        force: { type: 'boolean', default: false },
        url: { type: 'string' },
        data: { type: 'string', default: '.data' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `${error.message.split('. ')[0]?.replace(/\.$/, '')}.`;
  }
};
