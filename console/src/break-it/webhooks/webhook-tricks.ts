import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Doors } from '../../doors/doors.ts';
import type { Journal, Line } from '../journal.ts';
import { refusalWords } from '../refusal-words.ts';
import { followPayments, type WebhookTrick } from './follow-payments.ts';
import { readGateway, setWebhooks, type WebhookSwitches } from './webhook-switches.ts';

type Switching = {
  readonly name: string;
  readonly on: Partial<WebhookSwitches>;
  readonly off: Partial<WebhookSwitches>;
  readonly words: WebhookTrick['words'];
};

const TRICKS = {
  duplicate: {
    name: 'Duplicate every webhook',
    on: { duplicate: 1 },
    off: { duplicate: 0 },
    words: (before, now) => `${now.delivered - before.delivered} webhooks arrived, each of them twice`,
  },
  lose: {
    name: 'Lose every webhook',
    on: { deliver: false },
    off: { deliver: true },
    words: (before, now) => `${now.dropped - before.dropped} webhooks lost`,
  },
} as const satisfies Record<string, Switching>;
type Trick = keyof typeof TRICKS;

/** What can be done to webhooks until it is undone. */
export type WebhookTricks = {
  /** Undefined until the gateway has said. */
  readonly switches: ReadonlySignal<WebhookSwitches | undefined>;
  refresh(): Promise<void>;
  set(trick: Trick, on: boolean): Promise<void>;
};

export const createWebhookTricks = ({
  doors,
  journal,
  isLeft,
}: {
  doors: Doors;
  journal: Journal;
  isLeft: () => boolean;
}): WebhookTricks => {
  const switches = signal<WebhookSwitches>();
  const endings = new Map<Trick, (line: Line) => void>();
  let isSwitching = false;
  let presses = 0;

  /** The line that says what was done is written when it is done: before that, a second press would do the same again. */
  const begin = async (trick: Trick): Promise<void> => {
    const { name, on, words } = TRICKS[trick];
    const before = await readGateway(doors);
    const answer = before.kind === 'answered' ? await setWebhooks(doors, on) : before;
    batch(() => {
      const line = journal.begin(name);
      if (before.kind !== 'answered' || answer.kind !== 'answered') return line.end('failed', refusalWords(answer));
      switches.value = answer.body;
      let ended: ReturnType<WebhookTrick['ended']>;
      endings.set(trick, (of) => {
        ended = { atMs: Date.now(), line: of };
      });
      void followPayments({ doors, before: before.body, line, words, ended: () => ended, isLeft });
    });
  };

  const end = async (trick: Trick): Promise<void> => {
    const { name, off } = TRICKS[trick];
    const answer = await setWebhooks(doors, off);
    batch(() => {
      const line = journal.begin(`${name}: off`);
      if (answer.kind !== 'answered') return line.end('failed', refusalWords(answer));
      switches.value = answer.body;
      const tell = endings.get(trick);
      endings.delete(trick);
      // It was switched on before this page was opened: nobody counted.
      if (tell) tell(line);
      else line.end('done', 'webhooks are sent as usual again');
    });
  };

  return {
    switches,
    refresh: async () => {
      const asked = presses;
      const answer = await setWebhooks(doors, {});
      // An answer from before a press must not turn it back.
      if (answer.kind === 'answered' && asked === presses) switches.value = answer.body;
    },
    set: async (trick, on) => {
      if (isSwitching) return;
      isSwitching = true;
      presses += 1;
      await (on ? begin(trick) : end(trick));
      presses += 1;
      isSwitching = false;
    },
  };
};
