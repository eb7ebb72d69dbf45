import { useEffect, useRef } from 'preact/hooks';

/** As long as the reason in the audit may be. */
const LONGEST_REASON = 500;

/** Asks why before letters are thrown away for good. Open while there are any to discard. */
export const DiscardDialog = ({
  count,
  close,
  discard,
}: {
  count: number;
  close: () => void;
  discard: (reason: string) => void;
}) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (count > 0 && dialog.current && !dialog.current.open) dialog.current.showModal();
    if (count === 0) dialog.current?.close();
  }, [count]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement)) return;
    discard(String(new FormData(form).get('reason')).trim());
    form.reset();
    close();
  };
  return (
    <dialog ref={dialog} class="discard" aria-labelledby="discard-title" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="discard-title">
          Discard {count} {count === 1 ? 'letter' : 'letters'} for good?
        </h2>
        <p>What they would have caused will not happen. Your name and the reason stay in the audit.</p>
        <label for="discard-reason">Reason</label>
        <input
          id="discard-reason"
          name="reason"
          required
          pattern=".*\S.*"
          title="a few words"
          maxLength={LONGEST_REASON}
          autocomplete="off"
        />
        <div class="tools">
          <button type="submit" class="primary">
            Discard for good
          </button>
          <button type="button" onClick={close}>
            Keep
          </button>
        </div>
      </form>
    </dialog>
  );
};
