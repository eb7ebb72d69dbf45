import { timeOfDay } from '../shell/words.ts';

/** A moment, with its day where that is not today. */
export const When = ({ at }: { at: string | null }) => {
  if (at === null) return <>unknown</>;
  const day = new Date(at);
  const isToday = day.toDateString() === new Date().toDateString();
  return (
    <time dateTime={at} title={at}>
      {isToday ? '' : `${day.toLocaleDateString('en-GB')} `}
      {timeOfDay(at)}
    </time>
  );
};
