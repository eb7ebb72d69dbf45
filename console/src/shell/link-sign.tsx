import type { Desk } from './desk.ts';

const WORDS = { connecting: 'Connecting', live: 'Live', away: 'Cut off, trying again', refused: 'Refused' } as const;

/** Whether what is shown is up to date, in words beside the colour. */
export const LinkSign = ({ desk: { live, tail } }: { desk: Desk }) => {
  const state = live.state.value;
  const behindS = Math.floor(tail.behindMs.value / 1_000);
  const late = state === 'live' && behindS > 5;
  return (
    <p class={`link-sign ${late ? 'away' : state}`} role="status">
      {late ? `Behind by ${behindS} s` : WORDS[state]}
      {state === 'refused' && `: ${live.reason.value}. Sign out, and in with a new token.`}
    </p>
  );
};
