/** What one rider was told when he tapped accept. */
export type Tap = { readonly rider: string; readonly answer: string };

/** The answer of the one who has it. */
export const WON = 'won';

const WORDS: Readonly<Record<string, string>> = {
  not_found: 'never offered',
  delivery_closed: 'closed',
  no_answer: 'no answer',
};

export type Tally = {
  /** Everybody who was ever told it is theirs. One, or the promise is broken. */
  readonly winners: readonly string[];
  /** How many were told what, the win first, then the most frequent. A winner who asks again hears the same and is counted apart. */
  readonly answers: readonly { readonly words: string; readonly count: number }[];
};

export const tally = (taps: readonly Tap[]): Tally => {
  const winners = new Set<string>();
  const counts = new Map<string, number>();
  for (const { rider, answer } of taps) {
    const isAgain = answer === WON && winners.has(rider);
    if (answer === WON) winners.add(rider);
    const words = isAgain ? 'won, and asked again' : (WORDS[answer] ?? answer);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const answers = [...counts]
    .map(([words, count]) => ({ words, count }))
    .toSorted((one, other) => Number(other.words === WON) - Number(one.words === WON) || other.count - one.count);
  return { winners: [...winners], answers };
};
