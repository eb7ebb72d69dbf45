import type { Answer } from '../doors/doors.ts';
import type { StackStatus } from './stack-status.ts';

/** Why something cannot be broken here, as the supervisor says; undefined when it can. */
export const whyNot = (stack: Answer<StackStatus> | undefined, what: string): string | undefined => {
  if (stack === undefined) return 'The supervisor has not answered yet.';
  if (stack.kind !== 'answered') return stack.detail;
  if (what === 'poison' || what === 'tokens') return undefined;
  return what in stack.body.children ? undefined : `${what} was not started by this stack.`;
};
