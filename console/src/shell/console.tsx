import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { createSessions, type Session, signInWithCode } from '../session/session.ts';
import { SignIn } from '../session/sign-in.tsx';
import { createDesk } from './desk.ts';
import { DeskPage } from './desk-page.tsx';

const RETRY_MS = 2_000;

/** The whole page: finds out where it is, signs in, then shows the desk. */
export const Console = ({
  loadConfig,
  storage,
  place,
}: {
  loadConfig: () => Promise<ConsoleConfig | string>;
  storage: Storage;
  place: Location;
}) => {
  const [config, setConfig] = useState<ConsoleConfig | string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const found = await loadConfig();
      setConfig(found);
      if (typeof found === 'string') timer = setTimeout(() => void load(), RETRY_MS);
    };
    void load();
    return () => clearTimeout(timer);
  }, [loadConfig]);

  if (config === undefined) return <p class="alone">Looking for the city …</p>;
  if (typeof config === 'string') {
    return (
      <p class="alone" role="alert">
        {config} This page goes on by itself as soon as it is there.
      </p>
    );
  }
  return <SignedIn config={config} storage={storage} place={place} />;
};

const codeIn = (place: Location): string | undefined =>
  new URLSearchParams(place.hash.slice(1)).get('code') ?? undefined;

const SignedIn = ({ config, storage, place }: { config: ConsoleConfig; storage: Storage; place: Location }) => {
  const sessions = useMemo(() => createSessions(storage), [storage]);
  const [refusal, setRefusal] = useState<string>();
  const [signingIn, setSigningIn] = useState(() => codeIn(place) !== undefined && config.supervisor !== undefined);

  useEffect(() => {
    const code = codeIn(place);
    if (code === undefined) return;
    // The code is spent with this; it must not stay in the history for the next reload.
    history.replaceState(null, '', place.pathname);
    if (config.supervisor === undefined || sessions.current.value !== undefined) {
      setSigningIn(false);
      return;
    }
    void signInWithCode(config.supervisor, code).then((result) => {
      setSigningIn(false);
      if (typeof result === 'string') setRefusal(result);
      else sessions.begin(result);
    });
  }, [config, place, sessions]);

  const session = sessions.current.value;
  if (session) return <Desk config={config} session={session} signOut={sessions.end} />;
  if (signingIn) return <p class="alone">Signing in …</p>;
  return <SignIn config={config} refusal={refusal} begin={sessions.begin} />;
};

const Desk = ({ config, session, signOut }: { config: ConsoleConfig; session: Session; signOut: () => void }) => {
  const desk = useMemo(() => createDesk({ config, session }), [config, session]);
  useEffect(() => {
    desk.open();
    return desk.close;
  }, [desk]);
  return <DeskPage desk={desk} signOut={signOut} />;
};
