import './dead-letters.css';
import { useMemo } from 'preact/hooks';
import type { Desk } from '../shell/desk.ts';
import { Notice } from '../shell/notice.tsx';
import { useEvery } from '../shell/use-every.ts';
import { AuditList } from './audit-list.tsx';
import { GroupsTable } from './groups-table.tsx';
import { createLetterDesk } from './letter-desk.ts';
import { OpenGroup } from './open-group.tsx';
import { QueueDepths } from './queue-depths.tsx';
import { ResultOf } from './result-of.tsx';

const REFRESH_MS = 5_000;

/** Messages that were given up: why, what is in them, and the ways to be rid of them. */
export const DeadLetters = ({ desk: { doors } }: { desk: Desk }) => {
  const letterDesk = useMemo(() => createLetterDesk(doors), [doors]);
  useEvery(REFRESH_MS, letterDesk.refresh);
  const group = letterDesk.group.value;
  return (
    <div class="dead-letters">
      <section class="panel" aria-labelledby="dead-letters-title">
        <h2 id="dead-letters-title">Dead letters</h2>
        {letterDesk.problems.value.map((answer) => (
          <Notice key={answer.kind === 'answered' ? '' : answer.detail} answer={answer} />
        ))}
        <GroupsTable letterDesk={letterDesk} />
        <ResultOf letterDesk={letterDesk} />
      </section>
      {group && <OpenGroup letterDesk={letterDesk} group={group} />}
      <QueueDepths queues={letterDesk.queues.value} />
      <AuditList entries={letterDesk.audit.value} />
    </div>
  );
};
