import './play.css';
import { useEffect, useMemo } from 'preact/hooks';
import type { Desk } from '../shell/desk.ts';
import { Notice } from '../shell/notice.tsx';
import { createPlay } from './create-play.ts';
import { CustomerScreen } from './customer-screen.tsx';
import { Guide } from './guide.tsx';
import { KitchenScreen } from './kitchen-screen.tsx';
import { RiderScreen } from './rider-screen.tsx';

/** The three apps in small, side by side: a person plays the customer, the kitchen and the rider of one order by hand. */
export const Play = ({ desk }: { desk: Desk }) => {
  const missing = missingHere(desk);
  return missing === undefined ? <Stage desk={desk} /> : <p class="panel">{missing}</p>;
};

const missingHere = ({ config, session }: Desk): string | undefined => {
  if (config.supervisor === undefined) {
    return 'To play, the page needs tokens of a customer, a kitchen and a rider, and only the supervisor of a development stack gives them. Start one on your machine with "npm start" and open the link it prints.';
  }
  if (config.razorpay === undefined) {
    return 'To play, the page needs the fake payment gateway, and this stack takes payments at another one. Start it without RAZORPAY_API_URL.';
  }
  if (session.stackKey === undefined) {
    return 'You signed in with a token, and it does not open the supervisor. Sign out, run "npm run console" and open the link it prints: that brings the key.';
  }
  return undefined;
};

const Stage = ({ desk }: { desk: Desk }) => {
  const play = useMemo(() => createPlay({ desk, storage: sessionStorage }), [desk]);
  useEffect(() => {
    play.open();
    return play.close;
  }, [play]);

  if (!play.passes.areThere.value) {
    return (
      <div class="panel">
        <p role="status">The three people get their tokens …</p>
        <Notice answer={play.passes.answer.value} />
      </div>
    );
  }
  return (
    <div class="play">
      <Guide advice={play.advice.value} />
      <div class="apps">
        <CustomerScreen app={play.customer} restaurant={play.kitchen.restaurant.value} />
        <KitchenScreen app={play.kitchen} />
        <RiderScreen app={play.rider} />
      </div>
    </div>
  );
};
