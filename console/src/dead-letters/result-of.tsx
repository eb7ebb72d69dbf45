import { Notice } from '../shell/notice.tsx';
import type { LetterDesk } from './letter-desk.ts';

/** What became of the last retry or discard: how many, and the error of each that failed. */
export const ResultOf = ({ letterDesk }: { letterDesk: LetterDesk }) => {
  const result = letterDesk.result.value;
  return (
    <div class="result">
      <p aria-live="polite">
        {result && `${result.verb} ${result.done} of ${result.of}`}
        {result && result.failed.length > 0 && `, ${result.failed.length} failed`}
        {result && (result.isOver ? '.' : ' …')}
      </p>
      {result && !result.isOver && result.of > 1 && (
        <button type="button" onClick={letterDesk.stop}>
          Stop
        </button>
      )}
      <Notice answer={result?.refusal} />
      {result && result.failed.length > 0 && (
        <ul aria-label="Failed letters">
          {result.failed.map(({ id, error }) => (
            <li key={id}>
              <code>{id}</code> <span class="problem">{error}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
