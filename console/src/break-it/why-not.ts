import type { Answer } from '../doors/doors.ts';
import type { StackStatus } from './stack-status.ts';

type Known = Answer<StackStatus> | undefined;

/** Why nothing can be pressed now; undefined when the supervisor answers. */
export const whyNothing = (stack: Known): string | undefined => {
  if (stack === undefined) return 'The supervisor has not answered yet.';
  return stack.kind === 'answered' ? undefined : `${stack.detail}.`;
};

/** Why a child cannot be killed here. */
export const whyNotKill = (stack: Known, child: string): string | undefined => {
  if (stack?.kind !== 'answered') return whyNothing(stack);
  return child in stack.body.children ? undefined : `Here ${child} was not started by this stack.`;
};

/** Why a part cannot be taken away or made to misbehave here, in the supervisor's words. */
export const whyNotBreak = (stack: Known, part: string): string | undefined => {
  if (stack?.kind !== 'answered') return whyNothing(stack);
  const { possible, why = 'the supervisor of this stack does not do that' } = stack.body.breakable[part] ?? {
    possible: false,
  };
  return possible ? undefined : `Not here: ${why}.`;
};
