import type { Role } from '@tiffin/contracts/claims';
import { type ConsoleConfig, stackTokens } from '@tiffin/contracts/console-api';
import type * as z from 'zod';
import { type Answer, type Asked, createDoors, type Doors } from '../../doors/doors.ts';
import { pause } from '../pause.ts';
import { refusalWords } from '../refusal-words.ts';
import { fewAtOnce } from './few-at-once.ts';

const TRIES = 40;
const TRY_EVERY_MS = 500;
/** A browser has six connections to a host; two stay free for the rest of the page, which looks whether that host is well. */
const ASKED_AT_ONCE = 4;

/** The race cannot go on: somebody said no to what must be possible. */
export class RaceOff extends Error {}

/** Somebody of the race at the public doors, with a token of their own. */
export type Person = {
  readonly sub: string;
  readonly role: Role;
  readonly name: string;
  /** Asks once. */
  once<Body>(asked: Asked, reply: z.ZodType<Body>): Promise<Answer<Body>>;
  /** Asks until it is answered or refused; a part that is away, or too many requests, only make it wait. */
  ask<Body>(asked: Asked, reply: z.ZodType<Body>): Promise<Answer<Body>>;
  /** As `ask`, and a refusal ends the race. */
  insist<Body>(asked: Asked, reply: z.ZodType<Body>): Promise<Body>;
};

type Wanted = { readonly role: Role; readonly sub: string; readonly name: string };

const isWorthAnotherTry = (answer: Answer<unknown>): boolean =>
  answer.kind === 'away' || (answer.kind === 'refused' && (answer.status === 429 || answer.code === 'stale'));

const personOf = (
  config: ConsoleConfig,
  { sub, role, name }: Wanted,
  token: string,
  few: ReturnType<typeof fewAtOnce>,
): Person => {
  const authorization = `Bearer ${token}`;
  const doors = createDoors({
    config,
    headers: (part): Record<string, string> => (part === 'razorpay' ? {} : { authorization }),
  });
  const once: Person['once'] = (asked, reply) => few(() => doors.ask(asked, reply));
  const ask: Person['ask'] = async (asked, reply) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await once(asked, reply);
      if (tries >= TRIES || !isWorthAnotherTry(answer)) return answer;
      await pause(TRY_EVERY_MS);
    }
  };
  return {
    sub,
    role,
    name,
    once,
    ask,
    insist: async (asked, reply) => {
      const answer = await ask(asked, reply);
      if (answer.kind === 'answered') return answer.body;
      throw new RaceOff(`${asked.method ?? 'GET'} ${asked.path} as ${name}: ${refusalWords(answer)}`);
    },
  };
};

/** People who did not exist before, from the supervisor's door. */
export const makePeople = async (
  config: ConsoleConfig,
  supervisor: Doors,
  wanted: readonly Wanted[],
): Promise<readonly Person[]> => {
  const body = { people: wanted };
  const answer = await supervisor.ask(
    { part: 'supervisor', path: '/_stack/tokens', method: 'POST', body },
    stackTokens,
  );
  if (answer.kind !== 'answered') throw new RaceOff(`no tokens: ${refusalWords(answer)}`);
  const tokens = new Map<string, string>(answer.body.items.map(({ sub, token }) => [sub, token]));
  const few = fewAtOnce(ASKED_AT_ONCE);
  return wanted.map((one) => {
    const token = tokens.get(one.sub);
    if (token === undefined) throw new RaceOff(`no token for ${one.sub}`);
    return personOf(config, one, token, few);
  });
};
