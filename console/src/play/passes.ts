import { type ReadonlySignal, signal } from '@preact/signals';
import { stackTokens } from '@tiffin/contracts/console-api';
import type { Answer, Doors } from '../doors/doors.ts';
import type { People, PlayRole } from './people.ts';

const TTL_S = 3_600;
const RENEWED_BEFORE_MS = 10 * 60_000;
const RETRY_MS = 5_000;

const NAMES: Readonly<Record<PlayRole, string>> = { customer: 'Meera', restaurant: 'Kitchen owner', rider: 'Ravi' };

export type Passes = {
  /** Empty until the first answer. */
  tokenOf(role: PlayRole): string;
  /** The last answer of the supervisor, for those who wait for the first. */
  readonly answer: ReadonlySignal<Answer<unknown> | undefined>;
  readonly areThere: ReadonlySignal<boolean>;
  open(): void;
  close(): void;
};

/** The tokens of the three people, renewed long before they expire; `renewed` runs after each. */
export const createPasses = ({
  doors,
  people,
  renewed,
}: {
  doors: Doors;
  people: People;
  renewed: () => void;
}): Passes => {
  const answer = signal<Answer<unknown> | undefined>();
  const areThere = signal(false);
  const tokens = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOpen = false;

  const wanted = (role: PlayRole) => ({ role, sub: people[role], name: NAMES[role] });

  const renew = async () => {
    const asked = await doors.ask(
      {
        part: 'supervisor',
        path: '/_stack/tokens',
        method: 'POST',
        body: { people: [wanted('customer'), wanted('restaurant'), wanted('rider')], ttlSeconds: TTL_S },
      },
      stackTokens,
    );
    if (!isOpen) return;
    answer.value = asked;
    if (asked.kind !== 'answered') {
      timer = setTimeout(() => void renew(), RETRY_MS);
      return;
    }
    for (const { role, token } of asked.body.items) tokens.set(role, token);
    timer = setTimeout(() => void renew(), TTL_S * 1_000 - RENEWED_BEFORE_MS);
    areThere.value = true;
    renewed();
  };

  return {
    tokenOf: (role) => tokens.get(role) ?? '',
    answer,
    areThere,
    open: () => {
      isOpen = true;
      void renew();
    },
    close: () => {
      isOpen = false;
      clearTimeout(timer);
    },
  };
};
