import { expect, it } from 'vitest';
import type { Answer } from '../doors/doors.ts';
import type { StackStatus } from './stack-status.ts';
import { whyNotBreak, whyNothing, whyNotKill } from './why-not.ts';

const stack: Answer<StackStatus> = {
  kind: 'answered',
  status: 200,
  body: {
    children: { rider: { state: 'ready', pid: 7 } },
    breakable: { store: { possible: true }, rabbitmq: { possible: false, why: 'it is not ours to break' } },
    outages: [],
  },
};

it('a service this stack runs can be killed, another cannot', () => {
  expect(whyNotKill(stack, 'rider')).toBeUndefined();
  expect(whyNotKill(stack, 'utils')).toBe('Here utils was not started by this stack.');
});

it('what cannot be broken is refused in the supervisor’s words', () => {
  expect(whyNotBreak(stack, 'store')).toBeUndefined();
  expect(whyNotBreak(stack, 'rabbitmq')).toBe('Not here: it is not ours to break.');
  expect(whyNotBreak(stack, 'razorpay')).toBe('Not here: the supervisor of this stack does not do that.');
});

it('nothing can be broken while the supervisor is not heard', () => {
  const away = { kind: 'away', detail: 'supervisor does not answer' } as const;
  expect(whyNothing(undefined)).toBe('The supervisor has not answered yet.');
  expect(whyNotKill(away, 'rider')).toBe('supervisor does not answer.');
  expect(whyNotBreak(away, 'store')).toBe('supervisor does not answer.');
});
