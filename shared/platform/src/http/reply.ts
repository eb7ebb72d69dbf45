import { PROBLEMS, type ProblemCode } from '@tiffin/contracts/problem';

/** One thing that is wrong with a request: where (a JSON pointer) and what. */
export type RequestError = { pointer: string; detail: string };

export type Success = {
  kind: 'success';
  status: number;
  body?: unknown;
  /** The body is text of this media type, as it stands; without it, JSON. */
  mediaType?: string;
  headers?: Readonly<Record<string, string>>;
};

export type Failure = {
  kind: 'problem';
  status: number;
  code: ProblemCode;
  detail: string;
  errors?: readonly RequestError[];
  retryAfterSeconds?: number;
  headers?: Readonly<Record<string, string>>;
};

/** What a handler answers. Only the server turns it into HTTP. */
export type Reply = Success | Failure;

const success = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): Success => ({
  kind: 'success',
  status,
  body,
  ...(headers && { headers }),
});

export const ok = (body: unknown, headers?: Readonly<Record<string, string>>): Success => success(200, body, headers);

/** 200 with a text that is not JSON: a file for people. Its route names the media type in `texts`. */
export const okText = (mediaType: string, body: string, headers?: Readonly<Record<string, string>>): Success => ({
  ...success(200, body, headers),
  mediaType,
});

export const created = (body: unknown, headers?: Readonly<Record<string, string>>): Success =>
  success(201, body, headers);

/** 202: the work goes on after the answer. */
export const accepted = (body: unknown, headers?: Readonly<Record<string, string>>): Success =>
  success(202, body, headers);

export const noContent = (): Success => ({ kind: 'success', status: 204 });

/** An expected refusal. `detail` is shown to the caller: one sentence, no secret, nothing of a fault's own message. */
export const problem = (
  code: ProblemCode,
  detail: string,
  more: Pick<Failure, 'errors' | 'retryAfterSeconds' | 'headers'> = {},
): Failure => ({ kind: 'problem', status: PROBLEMS[code].status, code, detail, ...more });
