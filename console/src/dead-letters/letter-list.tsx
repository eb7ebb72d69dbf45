import type { Signal } from '@preact/signals';
import type { LetterDesk } from './letter-desk.ts';
import { When } from './when.tsx';

/** The letters of the open group: one is shown in full, several can be ticked. */
export const LetterList = ({ letterDesk, ticked }: { letterDesk: LetterDesk; ticked: Signal<ReadonlySet<string>> }) => {
  const letters = letterDesk.letters.value;
  const isAll = letters.every(({ id }) => ticked.value.has(id));
  const tick = (ids: readonly string[], on: boolean) => {
    const next = new Set(ticked.value);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    ticked.value = next;
  };
  return (
    <div class="letters">
      <table aria-label="Letters">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Select all letters"
                checked={isAll}
                onChange={({ currentTarget }) =>
                  tick(
                    letters.map(({ id }) => id),
                    currentTarget.checked,
                  )
                }
              />
            </th>
            <th scope="col">Letter</th>
            <th scope="col">Tries</th>
            <th scope="col">Died</th>
          </tr>
        </thead>
        <tbody>
          {letters.map(({ id, attempts, deadAt }) => (
            <tr key={id} class={id === letterDesk.letter.value?.id ? 'open' : undefined}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Select letter ${id}`}
                  checked={ticked.value.has(id)}
                  onChange={({ currentTarget }) => tick([id], currentTarget.checked)}
                />
              </td>
              <td>
                <button
                  type="button"
                  aria-pressed={id === letterDesk.letter.value?.id}
                  title={id}
                  onClick={() => letterDesk.openLetter(id)}
                >
                  {id.length > SHORT ? `${id.slice(0, SHORT)}…` : id}
                </button>
              </td>
              <td>{attempts}</td>
              <td>
                <When at={deadAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const SHORT = 14;
