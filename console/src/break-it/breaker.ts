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
import { readStack, type StackStatus } from './stack-status.ts';
import { createWebhookTricks, type WebhookTricks } from './webhooks/webhook-tricks.ts';

export const KILLABLE = ['restaurant', 'rider', 'realtime', 'utils'] as const;
export type Killable = (typeof KILLABLE)[number];

/** What is taken away for a while: the child's name at the supervisor's door, and for how long. */
const OUTAGES = { rabbitmq: 10_000, store: 5_000 } as const;
type Outage = keyof typeof OUTAGES;

/** The ways to break the stack, and the record of what came of it. */
export type Breaker = {
  readonly journal: Journal;
  /** What the supervisor said last; undefined until it did. */
  readonly stack: ReadonlySignal<Answer<StackStatus> | undefined>;
  readonly webhooks: WebhookTricks;
  readonly isRacing: ReadonlySignal<boolean>;
  /** Asks the supervisor and the gateway how they are. */
  refresh(): Promise<void>;
  kill(child: Killable): void;
  takeAway(child: Outage, did: string): void;
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
  const isRacing = signal(false);
  let left = false;
  const isLeft = () => left;
  const webhooks = createWebhookTricks({ doors, journal, isLeft });

  const press = <Body>(path: string, body: object, reply: z.ZodType<Body>): Promise<Answer<Body>> =>
    doors.ask({ part: 'supervisor', path: `/_stack/${path}`, method: 'POST', body }, reply);

  const breakFor = (did: string, how: () => Promise<Answer<Broken>>): void =>
    void followDamage({ doors, line: journal.begin(did), press: how, isLeft });

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
      const [status] = await Promise.all([readStack(doors), webhooks.refresh()]);
      stack.value = status;
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
