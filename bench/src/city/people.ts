import type { Role } from '@tiffin/contracts/claims';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import type { HttpClient, Method } from '../load/http-client.ts';
import { StepFailed } from './ordering.ts';

const TOKEN_LIFE_S = 12 * 3_600;

/** Tokens of invented people, made once for each. */
export const createPeople = (jwtSecret: string) => {
  const tokens = new Map<string, string>();
  return (role: Role, sub: string): string => {
    const known = tokens.get(sub);
    if (known !== undefined) return known;
    const token = signUserToken({ secret: jwtSecret, sub, role, name: sub, ttlSeconds: TOKEN_LIFE_S });
    tokens.set(sub, token);
    return token;
  };
};
export type People = ReturnType<typeof createPeople>;

/** Requests that must be answered as expected: anything else is a throw that names the step. */
export const createCaller =
  (http: HttpClient) =>
  async (
    step: string,
    expected: number,
    method: Method,
    url: string,
    token?: string,
    body?: unknown,
  ): Promise<unknown> => {
    const reply = await http.call(method, url, token, body);
    if (reply.status !== expected)
      throw new StepFailed(`${step} was answered ${reply.status}: ${reply.body.slice(0, 200)}`);
    return reply.body === '' ? undefined : JSON.parse(reply.body);
  };
export type Caller = ReturnType<typeof createCaller>;

/** The text at a path of a reply; whole schemas would cost the load driver more than the request. */
export const textAt = (reply: unknown, ...path: string[]): string => {
  const found = path.reduce<unknown>(
    (part, name) => (typeof part === 'object' && part ? Reflect.get(part, name) : undefined),
    reply,
  );
  if (typeof found !== 'string') throw new StepFailed(`a reply has no text at ${path.join('.')}`);
  return found;
};
