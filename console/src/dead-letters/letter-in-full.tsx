import { useSignal } from '@preact/signals';
import type { DeadLetterView } from '@tiffin/contracts/operations-api';
import { bodyText, readCorrected } from './corrected-body.ts';
import type { LetterDesk } from './letter-desk.ts';
import { When } from './when.tsx';

/** Everything known of one letter, and what can be done with it alone. */
export const LetterInFull = ({
  letter,
  letterDesk,
  discard,
}: {
  letter: DeadLetterView;
  letterDesk: LetterDesk;
  discard: () => void;
}) => {
  const isEdited = useSignal(false);
  const busy = letterDesk.isBusy.value;
  return (
    <article class="letter" aria-label="One letter">
      <dl>
        <dt>Letter</dt>
        <dd>
          <code>{letter.id}</code>
        </dd>
        <dt>Type</dt>
        <dd>{letter.type ?? 'none'}</dd>
        <dt>Reason</dt>
        <dd>
          <code>{letter.reason}</code> {letter.error}
        </dd>
        <dt>Tried</dt>
        <dd>
          {letter.attempts} {letter.attempts === 1 ? 'time' : 'times'}
        </dd>
        <dt>Died</dt>
        <dd>
          <When at={letter.deadAt} />
        </dd>
        <dt>Size</dt>
        <dd>{letter.bytes} bytes</dd>
      </dl>
      {isEdited.value ? (
        <EditBody
          letter={letter}
          isBusy={busy}
          send={(body) => void letterDesk.retry([letter.id], { corrected: { body } })}
          close={() => {
            isEdited.value = false;
          }}
        />
      ) : (
        <>
          <div class="tools">
            <button type="button" class="primary" disabled={busy} onClick={() => void letterDesk.retry([letter.id])}>
              Retry
            </button>
            <button
              type="button"
              disabled={busy}
              onClick={() => {
                isEdited.value = true;
              }}
            >
              Edit
            </button>
            <button type="button" disabled={busy} onClick={discard}>
              Discard
            </button>
          </div>
          <h3>Body</h3>
          {letter.format === 'bytes' && <p class="quiet">This is not JSON, or not all of it is shown.</p>}
          <pre>{bodyText(letter)}</pre>
          {letter.truncated && <p class="quiet">Only the beginning is shown.</p>}
        </>
      )}
      <h3>Headers</h3>
      <dl class="headers">
        {Object.entries(letter.headers).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
};

const EditBody = ({
  letter,
  isBusy,
  send,
  close,
}: {
  letter: DeadLetterView;
  isBusy: boolean;
  send: (body: unknown) => void;
  close: () => void;
}) => {
  const problem = useSignal<string>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const read = readCorrected(String(new FormData(event.currentTarget).get('body')));
    if (read.kind === 'not-json') {
      problem.value = read.detail;
      return;
    }
    problem.value = undefined;
    send(read.body);
  };
  return (
    <form class="edit" onSubmit={submit}>
      <label for="corrected-body">The whole corrected body, as JSON</label>
      <textarea
        id="corrected-body"
        name="body"
        rows={18}
        spellcheck={false}
        required
        defaultValue={bodyText(letter)}
        aria-invalid={problem.value !== undefined}
        aria-describedby="corrected-body-problem"
      />
      <p id="corrected-body-problem" aria-live="polite">
        {problem.value !== undefined && <span class="problem">This is not JSON: {problem.value}</span>}
      </p>
      {letter.truncated && (
        <p class="problem">Only the beginning of this letter is shown: sent back, the rest is lost.</p>
      )}
      <div class="tools">
        <button type="submit" class="primary" disabled={isBusy}>
          Send corrected
        </button>
        <button type="button" onClick={close}>
          Do not change it
        </button>
      </div>
    </form>
  );
};
