import type { Figures } from '../numbers/figures.ts';

/** The numbers that have to be zero whatever is broken. */
export const Zeros = ({ figures }: { figures: Figures }) => {
  const zeros = [
    { name: 'lost', unit: 'orders', value: figures.lost.value },
    { name: 'assigned twice', unit: 'orders or riders', value: figures.doubleAssigned.value },
    { name: 'missing', unit: 'events', value: figures.gaps.value },
  ];
  return (
    <section class="panel" aria-labelledby="zeros-title">
      <h2 id="zeros-title">The zeros</h2>
      <p class="quiet">Worked out from every event this page has read. Whatever you break, they stay 0.</p>
      <dl class="zeros">
        {zeros.map(({ name, unit, value }) => (
          <div key={name} class={value === 0 ? 'good' : 'bad'}>
            <dt>
              {unit} {name}
            </dt>
            <dd>
              <b>{value}</b> {value === 0 ? 'as promised' : 'must be 0'}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
};
