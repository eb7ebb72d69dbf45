import { type ReadonlySignal, signal } from '@preact/signals';
import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import { type Broken, followDamage } from './follow-damage.ts';
import { followLetter } from './follow-letter.ts';
import { createJournal, type Journal, type Line } from './journal.ts';
import { RaceOff } from './race/person.ts';
import { raceForOrder } from './race/race-for-order.ts';
import { WON } from './race/taps.ts';
import { refusalWords } from './refusal-words.ts';
import { readStack, type StackStatus } from './stack-status.ts';
import { followPayments, type WebhookTrick } from './webhooks/follow-payments.ts';
import { setWebhooks, type WebhookSwitches } from './webhooks/webhook-switches.ts';

export const KILLABLE = ['restaurant', 'rider', 'realtime', 'utils'] as const;
export type Killable = (typeof KILLABLE)[number];

/** What is taken away for a while: the child's name at the supervisor's door, and for how long. */
const OUTAGES = { rabbitmq: 10_000, store: 5_000 } as const;
type Outage = keyof typeof OUTAGES;

const TRICKS = {
  duplicate: {
    on: { duplicate: 1 },
    off: { duplicate: 0 },
    words: (before, now) => `${now.delivered - before.delivered} webhooks arrived, each of them twice`,
  },
  lose: {
    on: { deliver: false },
    off: { deliver: true },
    words: (before, now) => `${now.dropped - before.dropped} webhooks lost`,
  },
} as const satisfies Record<
  string,
  { on: Partial<WebhookSwitches>; off: Partial<WebhookSwitches>; words: WebhookTrick['words'] }
>;
type Trick = keyof typeof TRICKS;

/** The ways to break the stack, and the record of what came of it. */
export type Breaker = {
  readonly journal: Journal;
  /** What the supervisor said last; undefined until it did. */
  readonly stack: ReadonlySignal<Answer<StackStatus> | undefined>;
  /** Undefined until the gateway has said. */
  readonly webhooks: ReadonlySignal<WebhookSwitches | undefined>;
  readonly isRacing: ReadonlySignal<boolean>;
  /** Asks the supervisor and the gateway how they are. */
  refresh(): Promise<void>;
  kill(child: Killable): void;
  takeAway(child: Outage, did: string): void;
  setTrick(trick: Trick, on: boolean): Promise<void>;
  sendPoison(): void;
  race(): Promise<void>;
  /** Nobody looks any more: what goes on is not followed to its end. */
  leave(): void;
};

const killed = z.object({ child: z.string(), pid: z.number() });
const taken = z.object({ effect: z.string() });
const poison = z.object({ queue: z.string(), published: z.int() });

export const createBreaker = ({ config, doors }: { config: ConsoleConfig; doors: Doors }): Breaker => {
  const journal = createJournal();
  const stack = signal<Answer<StackStatus>>();
  const webhooks = signal<WebhookSwitches>();
  const isRacing = signal(false);
  const endings = new Map<Trick, () => void>();
  let left = false;
  const isLeft = () => left;

  const press = <Body>(path: string, body: object, reply: z.ZodType<Body>): Promise<Answer<Body>> =>
    doors.ask({ part: 'supervisor', path: `/_stack/${path}`, method: 'POST', body }, reply);

  const breakFor = (did: string, how: () => Promise<Answer<Broken>>): void =>
    void followDamage({ doors, line: journal.begin(did), press: how, isLeft });

  const takeSwitches = (answer: Answer<WebhookSwitches>): void => {
    if (answer.kind === 'answered') webhooks.value = answer.body;
  };

  const follow = (trick: Trick, line: Line): void => {
    let endedAtMs: number | undefined;
    endings.set(trick, () => {
      endedAtMs = Date.now();
    });
    void followPayments({ doors, line, words: TRICKS[trick].words, endedAtMs: () => endedAtMs, isLeft });
  };

  const tellRace = async (line: Line): Promise<void> => {
    const { names, winners, answers, taps, rounds, assigned, orderId } = await raceForOrder(
      { config, doors },
      line.seen,
    );
    const won = winners.map((sub) => names.get(sub) ?? sub).join(', ');
    line.seen([
      `order ${orderId}: ${taps} taps in ${rounds} rounds`,
      ...answers.map(({ words, count }) => `${count} × ${words}`),
      `${won} has it, has picked it up and delivered it`,
      `its history has ${assigned.length} × ORDER_RIDER_ASSIGNED: ${assigned.join(', ')}`,
    ]);
    const isOne = winners.length === 1 && assigned.length === 1;
    const count = answers.find(({ words }) => words === WON)?.count ?? 0;
    line.end(
      isOne ? 'done' : 'failed',
      isOne ? `${won} won, alone` : `${count} winners and ${assigned.length} assignments: there must be one of each`,
    );
  };

  return {
    journal,
    stack,
    webhooks,
    isRacing,
    refresh: async () => {
      const [status, switches] = await Promise.all([readStack(doors), setWebhooks(doors, {})]);
      stack.value = status;
      takeSwitches(switches);
    },
    kill: (child) =>
      breakFor(`Kill ${child}`, async () => {
        const answer = await press(`${child}/kill`, { signal: 'SIGKILL' }, killed);
        return answer.kind === 'answered' ? { ...answer, body: { forMs: 0, killed: answer.body } } : answer;
      }),
    takeAway: (child, did) =>
      breakFor(did, async () => {
        const ms = OUTAGES[child];
        const answer = await press(`${child}/outage`, { ms }, taken);
        if (answer.kind !== 'answered') return answer;
        return { ...answer, body: { forMs: ms, effect: `${child}: ${answer.body.effect}` } };
      }),
    setTrick: async (trick, on) => {
      const { words: _, ...change } = TRICKS[trick];
      const line = on ? journal.begin(trick === 'lose' ? 'Lose every webhook' : 'Duplicate every webhook') : undefined;
      const answer = await setWebhooks(doors, on ? change.on : change.off);
      takeSwitches(answer);
      if (answer.kind !== 'answered') {
        (line ?? journal.begin('Webhooks as usual')).end('failed', refusalWords(answer));
        return;
      }
      if (line) return follow(trick, line);
      const end = endings.get(trick);
      endings.delete(trick);
      // It was switched on before this page was opened: nobody counted.
      if (end) end();
      else journal.begin('Webhooks as usual').end('done', 'they are sent once each again');
    },
    sendPoison: () => void followLetter(doors, journal.begin('Send poison'), () => press('poison', {}, poison)),
    race: async () => {
      if (isRacing.value) return;
      isRacing.value = true;
      const line = journal.begin('Let 50 riders accept one order');
      try {
        await tellRace(line);
      } catch (error) {
        line.end('failed', error instanceof Error ? error.message : 'it broke');
        if (!(error instanceof RaceOff)) throw error;
      } finally {
        isRacing.value = false;
      }
    },
    leave: () => {
      left = true;
    },
  };
};
