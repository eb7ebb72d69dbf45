import { useSignal } from '@preact/signals';
import type { DeadLetterGroup } from '@tiffin/contracts/operations-api';
import { DiscardDialog } from './discard-dialog.tsx';
import type { LetterDesk } from './letter-desk.ts';
import { LetterInFull } from './letter-in-full.tsx';
import { LetterList } from './letter-list.tsx';
import { keyOf } from './same-death.ts';

const SLOWEST_PER_S = 0.1;
const FASTEST_PER_S = 1_000;
const USUAL_PER_S = 10;

/** The letters of one group, one of them in full, and what can be done with one, some or all. */
export const OpenGroup = ({ letterDesk, group }: { letterDesk: LetterDesk; group: DeadLetterGroup }) => {
  const ticked = useSignal<ReadonlySet<string>>(new Set());
  const toDiscard = useSignal<readonly string[]>([]);
  const letters = letterDesk.letters.value;
  const letter = letterDesk.letter.value;
  const chosen = letters.filter(({ id }) => ticked.value.has(id)).map(({ id }) => id);
  const busy = letterDesk.isBusy.value;
  return (
    <section class="panel" aria-label={`Letters of ${group.queue}`} key={keyOf(group)}>
      <h2>
        {group.queue}: {group.reason}
      </h2>
      {letters.length === 0 ? (
        <p class="quiet">No letters of this kind lie here now.</p>
      ) : (
        <>
          <div class="tools">
            <button type="button" disabled={busy || chosen.length === 0} onClick={() => void letterDesk.retry(chosen)}>
              Retry selected ({chosen.length})
            </button>
            <button
              type="button"
              disabled={busy || chosen.length === 0}
              onClick={() => {
                toDiscard.value = chosen;
              }}
            >
              Discard selected ({chosen.length})
            </button>
            <RetryAll letterDesk={letterDesk} ids={letters.map(({ id }) => id)} />
          </div>
          <div class="group">
            <LetterList letterDesk={letterDesk} ticked={ticked} />
            {letter && (
              <LetterInFull
                key={letter.id}
                letter={letter}
                letterDesk={letterDesk}
                discard={() => {
                  toDiscard.value = [letter.id];
                }}
              />
            )}
          </div>
        </>
      )}
      <DiscardDialog
        count={toDiscard.value.length}
        close={() => {
          toDiscard.value = [];
        }}
        discard={(reason) => void letterDesk.discard(toDiscard.value, reason)}
      />
    </section>
  );
};

const RetryAll = ({ letterDesk, ids }: { letterDesk: LetterDesk; ids: readonly string[] }) => {
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const ratePerSecond = Number(new FormData(event.currentTarget).get('rate'));
    void letterDesk.retry(ids, { ratePerSecond });
  };
  return (
    <form onSubmit={send}>
      <label>
        Letters per second{' '}
        <input
          name="rate"
          type="number"
          required
          min={SLOWEST_PER_S}
          max={FASTEST_PER_S}
          step="any"
          defaultValue={String(USUAL_PER_S)}
        />
      </label>
      <button type="submit" disabled={letterDesk.isBusy.value} title={`All ${ids.length} letters of this group`}>
        Retry all
      </button>
    </form>
  );
};
