import { type Advice, STEPS } from './next-step.ts';

/** The ten steps of a round across the three apps, and what to do now. */
export const Guide = ({ advice: { step, done, words } }: { advice: Advice }) => (
  <section class="panel guide" aria-label="Next step">
    <p class="advice" role="status">
      <b>{step === undefined ? 'The round is over. ' : `Step ${done + 1} of ${STEPS.length}. `}</b>
      {words}
    </p>
    <ol>
      {STEPS.map(({ id, app, button }, index) => (
        <li key={id} class={stateOf(index, done, id === step)} aria-current={id === step ? 'step' : undefined}>
          <span class="number">{index < done ? '✓' : index + 1}</span>
          <span>
            <small>{app}</small> {button}
            {index < done && <span class="unseen"> (done)</span>}
          </span>
        </li>
      ))}
    </ol>
  </section>
);

const stateOf = (index: number, done: number, isNow: boolean): string => {
  if (isNow) return 'now';
  return index < done ? 'done' : 'ahead';
};
