import type { Answer } from '../doors/doors.ts';

/** What went wrong, with its stable code and the words of the part that said so. Nothing when all is well. */
export const Notice = ({ answer }: { answer: Answer<unknown> | undefined }) => {
  if (answer === undefined || answer.kind === 'answered') return null;
  return (
    <p class="problem" role="alert">
      {answer.kind === 'refused' && <code>{answer.code}</code>} {answer.detail}
    </p>
  );
};
