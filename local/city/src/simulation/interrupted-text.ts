import type { StillOut } from './send-home.ts';

export type Interrupted = {
  /** Answered orders that had not ended, as far as their customers had heard. */
  readonly underWay: number;
  readonly stillOut: StillOut;
};

/** What a person who interrupts a run is told: what is as it was before, and what is not. */
export const interruptedText = ({ underWay, stillOut }: Interrupted): string => {
  const home = stillOutText(stillOut) ?? 'Its riders are off duty and its kitchens closed.';
  const stays = underWay === 1 ? 'was under way and stays as it is' : 'were under way and stay as they are';
  const orders = underWay === 0 ? '' : ` ${counted(underWay, 'order')} ${stays}.`;
  return `Interrupted; nothing was judged, and what was switched on is off again. ${home}${orders}`;
};

/** Undefined when everybody is at home. */
export const stillOutText = ({ riders, kitchens }: StillOut): string | undefined => {
  const out = [
    riders > 0 ? `${counted(riders, 'rider')} may be on duty` : [],
    kitchens > 0 ? `${counted(kitchens, 'kitchen')} may be open` : [],
  ].flat();
  return out.length === 0 ? undefined : `Not everybody could be told to go home: ${out.join(' and ')}.`;
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
