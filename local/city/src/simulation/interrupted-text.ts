import type { StillOut } from './send-home.ts';

export type Interrupted = {
  /** Answered orders that had not ended, as far as their customers had heard. */
  readonly underWay: number;
  readonly stillOut: StillOut;
};

/** What a person who interrupts a run is told: what is as it was before, and what is not. */
export const interruptedText = ({ underWay, stillOut: { riders, kitchens } }: Interrupted): string => {
  const home =
    riders + kitchens === 0
      ? 'Its riders are off duty and its kitchens closed.'
      : `Not everybody could be told to go home: ${counted(riders, 'rider')} may be on duty and ${counted(kitchens, 'kitchen')} open.`;
  const stays = underWay === 1 ? 'was under way and stays as it is' : 'were under way and stay as they are';
  const orders = underWay === 0 ? '' : ` ${counted(underWay, 'order')} ${stays}.`;
  return `Interrupted; nothing was judged, and what was switched on is off again. ${home}${orders}`;
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
