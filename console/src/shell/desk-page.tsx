import { useSignal } from '@preact/signals';
import { BreakIt } from '../break-it/break-it.tsx';
import { CityPage } from '../city/city-page.tsx';
import { DeadLetters } from '../dead-letters/dead-letters.tsx';
import { NumbersStrip } from '../numbers/numbers-strip.tsx';
import { OrderDetail } from '../orders/order-detail.tsx';
import { Play } from '../play/play.tsx';
import type { Desk } from './desk.ts';
import { LinkSign } from './link-sign.tsx';
import { ThemeButton } from './theme-button.tsx';

const PAGES = [
  { id: 'city', title: 'City', Page: CityPage },
  { id: 'letters', title: 'Dead letters', Page: DeadLetters },
  { id: 'break', title: 'Break it', Page: BreakIt },
  { id: 'play', title: 'Play', Page: Play },
] as const;

/** The frame: what is always there, and one page under it. The name of the page is in the address, so that a reload stays. */
export const DeskPage = ({ desk, signOut }: { desk: Desk; signOut: () => void }) => {
  const named = PAGES.find(({ id }) => location.hash === `#${id}`) ?? PAGES[0];
  const shown = useSignal(named);
  const { Page } = shown.value;
  return (
    <>
      <header class="bar">
        <h1>Tiffin</h1>
        <nav aria-label="Pages">
          {PAGES.map((page) => (
            <a
              key={page.id}
              href={`#${page.id}`}
              aria-current={page.id === shown.value.id ? 'page' : undefined}
              onClick={() => {
                shown.value = page;
              }}
            >
              {page.title}
            </a>
          ))}
        </nav>
        <LinkSign desk={desk} />
        <ThemeButton />
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </header>
      <NumbersStrip desk={desk} />
      <main>
        <Page desk={desk} />
      </main>
      <OrderDetail desk={desk} />
    </>
  );
};
