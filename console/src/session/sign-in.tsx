import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import { useState } from 'preact/hooks';
import { claimsOf, type Session } from './session.ts';

/** Asks for an admin's token, and says how to come by one. */
export const SignIn = ({
  config,
  refusal,
  begin,
}: {
  config: ConsoleConfig;
  refusal: string | undefined;
  begin: (session: Session) => void;
}) => {
  const [problem, setProblem] = useState(refusal);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { currentTarget } = event;
    if (!(currentTarget instanceof HTMLFormElement)) return;
    const token = String(new FormData(currentTarget).get('token') ?? '').trim();
    const claims = claimsOf(token);
    if (!claims) setProblem('That is not a token. It has three parts with dots between them.');
    else if (claims.role !== 'admin') setProblem(`That token is for the role ${claims.role}; the console needs admin.`);
    else if (claims.exp * 1_000 < Date.now()) setProblem('That token has expired. Make a new one.');
    else begin({ token });
  };
  const development = config.environment === 'development';
  return (
    <main class="alone sign-in">
      <h1>Tiffin console</h1>
      <p>Sign in as an admin to see the city.</p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <form onSubmit={submit}>
        <label for="token">Admin token</label>
        <input id="token" name="token" type="password" autocomplete="off" required />
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      {development ? (
        <>
          <p>
            The link <code>npm start</code> prints signs you in once. Another link: <code>npm run console</code>.
          </p>
          <p>
            A token by hand: <code>npm run token -- --role admin --sub me</code>. Signed in that way, the page cannot
            break things: only the link gives it the supervisor's key.
          </p>
        </>
      ) : (
        <p>Your administrator gives you a token with the role admin. It is kept in this tab only.</p>
      )}
    </main>
  );
};
