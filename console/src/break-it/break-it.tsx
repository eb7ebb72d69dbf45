import './break-it.css';
import { isThere } from '../doors/doors.ts';
import type { Desk } from '../shell/desk.ts';
import { useEvery } from '../shell/use-every.ts';
import { BreakButtons } from './break-buttons.tsx';
import { HappeningList } from './happening-list.tsx';
import { Zeros } from './zeros.tsx';

const REFRESH_MS = 2_000;

/** Ways to break the running stack, what comes of each, and the numbers that stay zero all the while. Development only. */
export const BreakIt = ({ desk }: { desk: Desk }) => {
  if (!isThere(desk.config, 'supervisor')) {
    return (
      <section class="panel">
        <h2>Break it</h2>
        <p>
          This is for development: it needs the supervisor of <code>npm start</code>, and this stack has none.
        </p>
      </section>
    );
  }
  if (desk.session.stackKey === undefined) {
    return (
      <section class="panel">
        <h2>Break it</h2>
        <p>
          You are signed in with a token alone; breaking things needs the supervisor's key as well. Sign out, run{' '}
          <code>npm run console</code>, and open the link it prints.
        </p>
      </section>
    );
  }
  return <Breaking desk={desk} />;
};

const Breaking = ({ desk }: { desk: Desk }) => {
  const { breaker } = desk;
  useEvery(REFRESH_MS, breaker.refresh);
  return (
    <div class="break-it">
      <BreakButtons breaker={breaker} />
      <div class="beside">
        <Zeros figures={desk.figures} />
        <HappeningList journal={breaker.journal} />
      </div>
    </div>
  );
};
