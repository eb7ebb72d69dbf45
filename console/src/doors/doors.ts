import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import { problem } from '@tiffin/contracts/problem';
import type * as z from 'zod';

/** What the console talks to. Everything it knows and does goes through these; there is no other way in. */
export type Part = 'restaurant' | 'rider' | 'realtime' | 'utils' | 'razorpay' | 'supervisor';

export type Answer<Body> =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Body }
  /** The part understood and said no; `code` is stable, `detail` is for people. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly detail: string }
  /** Nobody answered, or not in a way we understand: worth another try. */
  | { readonly kind: 'away'; readonly detail: string };

export type Asked = {
  readonly part: Part;
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One person, or nobody, at the public doors. */
export type Doors = {
  ask<Body>(asked: Asked, reply: z.ZodType<Body>): Promise<Answer<Body>>;
  /** The text of an answer that is not JSON, such as `/metrics`. */
  askText(part: Part, path: string): Promise<Answer<string>>;
};

/** Longer than the slowest answer that is meant: taking a shared broker away needs two calls of its command line. */
const TIMEOUT_MS = 30_000;

/** Whether that part is there at all: the supervisor and the fake gateway are not, outside development. */
export const isThere = (config: ConsoleConfig, part: Part): boolean => baseOf(config, part) !== undefined;

const baseOf = ({ services, razorpay, supervisor }: ConsoleConfig, part: Part): string | undefined => {
  if (part === 'razorpay') return razorpay;
  if (part === 'supervisor') return supervisor;
  return services[part];
};

/** `headers` say who is asking; a token that is renewed is read anew for each request. */
export const createDoors = ({
  config,
  headers,
}: {
  config: ConsoleConfig;
  headers: (part: Part) => Readonly<Record<string, string>>;
}): Doors => {
  const request = async ({ part, path, method = 'GET', body, headers: more }: Asked): Promise<Response | string> => {
    const base = baseOf(config, part);
    if (base === undefined) return `there is no ${part} here`;
    try {
      return await fetch(`${base}${path}`, {
        method,
        headers: {
          ...headers(part),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...more,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      return `${part} does not answer`;
    }
  };

  return {
    ask: async (asked, reply) => {
      const response = await request(asked);
      if (typeof response === 'string') return { kind: 'away', detail: response };
      const text = await response.text().catch(() => '');
      const body = text === '' ? undefined : parsed(text);
      if (!response.ok) return refusalOf(response.status, body, asked.part);
      const read = reply.safeParse(body);
      if (read.success) return { kind: 'answered', status: response.status, body: read.data };
      return { kind: 'away', detail: `${asked.part} answered ${asked.path} with something this page does not know` };
    },
    askText: async (part, path) => {
      const response = await request({ part, path });
      if (typeof response === 'string') return { kind: 'away', detail: response };
      if (!response.ok) return refusalOf(response.status, undefined, part);
      return { kind: 'answered', status: response.status, body: await response.text().catch(() => '') };
    },
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const refusalOf = (status: number, body: unknown, part: Part): Answer<never> => {
  const said = problem.partial().safeParse(body);
  const { code = `http_${status}`, detail = `${part} answered ${status}` } = said.success ? said.data : {};
  if (status >= 502 && status <= 504) return { kind: 'away', detail };
  return { kind: 'refused', status, code, detail };
};
