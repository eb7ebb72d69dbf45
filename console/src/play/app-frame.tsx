import type { ComponentChildren } from 'preact';
import { Notice } from '../shell/notice.tsx';
import type { AppLink } from './app-link.ts';
import type { Errand } from './errand.ts';

const LINK_WORDS = {
  connecting: 'connecting',
  live: 'live',
  away: 'cut off, trying again',
  refused: 'refused',
} as const;

/** The telephone around an app: whose it is, whether it is connected, and why the last request did not go through. */
export const AppFrame = ({
  name,
  who,
  state,
  link,
  errand,
  said,
  children,
}: {
  name: string;
  who: string;
  /** The raw state of the order or delivery, for programs. */
  state: string;
  link: AppLink;
  errand: Errand;
  said: string;
  children: ComponentChildren;
}) => (
  <section class="panel app" aria-label={name} data-state={state} aria-busy={errand.isBusy.value}>
    <header>
      <h2>{name}</h2>
      <p class={`link-sign ${link.state.value}`}>{LINK_WORDS[link.state.value]}</p>
      <p class="quiet">{who}</p>
    </header>
    {link.state.value === 'refused' && <p class="problem">{link.reason.value}</p>}
    <p class="unseen" aria-live="polite">
      {said}
    </p>
    <Notice answer={errand.problem.value} />
    {children}
  </section>
);
