import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import type { Look } from './recovery.ts';
import { readStack, type StackStatus } from './stack-status.ts';

const SERVICES = ['restaurant', 'rider', 'realtime', 'utils'] as const;
/** What is silent for longer is told as silent, long before the request itself is given up. */
const PATIENCE_MS = 1_500;

const health = z.object({
  status: z.enum(['pass', 'warn']),
  checks: z.record(z.string(), z.object({ status: z.string(), detail: z.string().optional() })),
});

const soon = <Body>(answer: Promise<Answer<Body>>): Promise<Answer<Body> | 'silent'> => {
  let timer: ReturnType<typeof setTimeout>;
  const silent = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), PATIENCE_MS);
  });
  return Promise.race([answer, silent]).finally(() => clearTimeout(timer));
};

/** What is wrong with a service; undefined when it is ready. */
const wrongWith = (answer: Answer<z.infer<typeof health>> | 'silent'): string | undefined => {
  if (answer === 'silent') return 'is silent';
  if (answer.kind === 'refused') return `answers ${answer.status}`;
  // The doors name the part first, as the record does.
  if (answer.kind === 'away') return answer.detail.replace(/^\w+ /, '').replace('answered', 'answers');
  if (answer.body.status === 'pass') return undefined;
  const lame = Object.entries(answer.body.checks).filter(([, { status }]) => status !== 'pass');
  return `serves without ${lame.map(([name, { detail }]) => (detail ? `${name} (${detail})` : name)).join(', ')}`;
};

const CHILD_WORDS: Readonly<Record<string, string>> = {
  paused: 'is paused',
  waiting: 'has ended and starts again soon',
  starting: 'starts',
  stopping: 'stops',
  stopped: 'is stopped',
};

/** The parts that no service speaks for: the store, the broker, the gateway. */
const wrongChildren = ({ children, outages }: Pick<StackStatus, 'children' | 'outages'>): Record<string, string> => {
  const services: readonly string[] = SERVICES;
  const others = Object.entries(children).filter(([name]) => !services.includes(name) && name !== 'city');
  const lame = others.flatMap(([name, { state }]) => {
    const words = CHILD_WORDS[state];
    return words === undefined ? [] : [[name, words] as const];
  });
  // A broker that others use as well is no child; it is only closed to us.
  return { ...Object.fromEntries(outages.map(({ what }) => [what, 'is taken away'])), ...Object.fromEntries(lame) };
};

/** Looks once at all four services and at the supervisor. */
export const lookAround = async (doors: Doors): Promise<Look> => {
  const [stack, ...answers] = await Promise.all([
    soon(readStack(doors)),
    ...SERVICES.map((part) => soon(doors.ask({ part, path: '/readyz' }, health))),
  ]);
  const told = stack !== 'silent' && stack.kind === 'answered' ? stack.body : { children: {}, outages: [] };
  const wrong = wrongChildren(told);
  for (const [index, answer] of answers.entries()) {
    const words = wrongWith(answer);
    if (words !== undefined) wrong[SERVICES[index] ?? ''] = words;
  }
  const pids = Object.fromEntries(Object.entries(told.children).map(([name, { pid }]) => [name, pid]));
  return { atMs: Date.now(), wrong, pids };
};
