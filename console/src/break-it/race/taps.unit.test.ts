import { expect, it } from 'vitest';
import { tally } from './taps.ts';

it('counts the answers by kind, the win first', () => {
  const taps = [
    { rider: 'asha', answer: 'not_found' },
    { rider: 'bina', answer: 'not_found' },
    { rider: 'chen', answer: 'won' },
    { rider: 'asha', answer: 'offer_taken' },
  ];
  expect(tally(taps)).toEqual({
    winners: ['chen'],
    answers: [
      { words: 'won', count: 1 },
      { words: 'never offered', count: 2 },
      { words: 'offer_taken', count: 1 },
    ],
  });
});

it('does not take the winner who asks again for a second winner', () => {
  const taps = [
    { rider: 'chen', answer: 'won' },
    { rider: 'chen', answer: 'won' },
  ];
  expect(tally(taps)).toEqual({
    winners: ['chen'],
    answers: [
      { words: 'won', count: 1 },
      { words: 'won, and asked again', count: 1 },
    ],
  });
});

it('names everybody who was told it is theirs', () => {
  const taps = [
    { rider: 'asha', answer: 'won' },
    { rider: 'bina', answer: 'won' },
  ];
  expect(tally(taps).winners).toEqual(['asha', 'bina']);
});

it('has nothing to tell before the first tap', () => {
  expect(tally([])).toEqual({ winners: [], answers: [] });
});
