import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';
import { consoleUrl } from './console-address.ts';
import type { ConsoleCodes } from './console-codes.ts';
import { type TokenSigner, tokensBody } from './development-tokens.ts';
import { type Answer, answered, problem } from './door-answer.ts';

/** Who a developer is to the services. */
const DEVELOPER = { sub: 'developer', role: 'admin' } as const;

const signInBody = z.strictObject({ code: z.string().min(1).max(200) });

/** What `POST /_stack/console-links` answers. */
export const consoleLink = z.object({ url: z.string(), expiresAt: z.string() });

export type ConsoleDoor = {
  /** The one thing here that asks for no key: a one-time code for an admin's token and the key. */
  signIn(body: unknown): Answer;
  /** A fresh link. */
  link(): Answer;
  /** Tokens of the people a developer plays by hand. */
  tokens(body: unknown): Answer;
  /** The link printed at the start; without a code where nobody here can sign. */
  firstUrl(): string;
};

/** How a browser comes to a token of this stack. `sign` is absent when only a JWT_PUBLIC_KEY is known. */
export const createConsoleDoor = ({
  codes,
  sign,
  stackKey,
  realtimeUrl,
}: {
  codes: ConsoleCodes;
  sign: TokenSigner | undefined;
  stackKey: string;
  realtimeUrl: string;
}): ConsoleDoor => {
  const cannotSign = (): Answer =>
    problem(
      'cannot_sign',
      'this stack checks tokens with JWT_PUBLIC_KEY, and only whoever holds its private key can sign; take a token from there',
    );
  return {
    signIn: (body) => {
      const { code } = signInBody.parse(body);
      if (!sign) return cannotSign();
      const redeemed = codes.redeem(code);
      switch (redeemed.kind) {
        case 'valid': {
          const { token, expiresAt } = sign(DEVELOPER);
          return answered({ token, expiresAt, stackKey });
        }
        case 'used':
          return problem('code_used', 'this link has signed somebody in already; npm run console prints another');
        case 'expired':
          return problem('code_expired', 'this link is too old; npm run console prints another');
        case 'wrong':
          return problem('wrong_code', 'this stack knows no such link; npm run console prints one');
        case 'too-many': {
          const seconds = String(Math.ceil(redeemed.retryAfterMs / SECOND));
          return problem('too_many_tries', `too many wrong links; again in ${seconds} s`, { 'retry-after': seconds });
        }
      }
    },
    link: () => {
      if (!sign) return cannotSign();
      const { code, expiresAt } = codes.issue();
      return answered({ url: consoleUrl(realtimeUrl, code), expiresAt });
    },
    tokens: (body) => {
      const { people, ttlSeconds } = tokensBody.parse(body);
      return sign ? answered({ items: people.map((one) => sign(one, ttlSeconds)) }) : cannotSign();
    },
    firstUrl: () => consoleUrl(realtimeUrl, sign && codes.issue().code),
  };
};
