import { type Advice, STEPS } from './next-step.ts';

/** The ten steps of a round across the three apps, and what to do now. */
export const Guide = ({ advice: { step, words } }: { advice: Advice }) => {
  const at = step === undefined ? STEPS.length : STEPS.findIndex(({ id }) => id === step);
  return (
    <section class="panel guide" aria-label="Next step">
      <p class="advice" role="status">
        <b>{step === undefined ? 'The round is over. ' : `Step ${at + 1} of ${STEPS.length}. `}</b>
        {words}
      </p>
      <ol>
        {STEPS.map(({ id, app, button }, index) => (
          <li key={id} class={stateAt(index, at)} aria-current={index === at ? 'step' : undefined}>
            <span class="number">{index < at ? '✓' : index + 1}</span>
            <span>
              <small>{app}</small> {button}
              {index < at && <span class="unseen"> (done)</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
};

const stateAt = (index: number, at: number): string => {
  if (index === at) return 'now';
  return index < at ? 'done' : 'ahead';
};
