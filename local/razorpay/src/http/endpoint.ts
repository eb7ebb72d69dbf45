import type { Outcome } from '../refusal.ts';

/** What an endpoint gets to see of a request. */
export interface Call {
  /** The last `:id` of the path. */
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}

export interface Endpoint {
  readonly method: 'get' | 'post' | 'patch';
  readonly path: string;
  readonly handle: (call: Call) => Outcome<object>;
  /**
   * Taken before anything else happens to the request (a fault, too), and released once it has been handled: what
   * makes a repeat of an unanswered request visible.
   */
  readonly claim?: (call: Call) => Outcome<() => void>;
}

/** The name under which faults are put on an endpoint: `POST /v1/orders`. */
export const routeOf = ({ method, path }: Pick<Endpoint, 'method' | 'path'>): string =>
  `${method.toUpperCase()} ${path}`;

/** A list as Razorpay wraps it. */
export const collection = <T>(items: readonly T[]) => ({ entity: 'collection', count: items.length, items });
