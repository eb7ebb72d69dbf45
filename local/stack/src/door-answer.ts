import * as z from 'zod';

/** Every refusal of the door: code → status and title. The code is stable; programs branch on it, never on the text. */
const DOOR_PROBLEMS = {
  bad_request: { status: 400, title: 'Bad Request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  wrong_code: { status: 401, title: 'Unauthorized' },
  forbidden_host: { status: 403, title: 'Forbidden' },
  forbidden_origin: { status: 403, title: 'Forbidden' },
  not_found: { status: 404, title: 'Not Found' },
  method_not_allowed: { status: 405, title: 'Method Not Allowed' },
  not_running: { status: 409, title: 'Conflict' },
  not_breakable: { status: 409, title: 'Conflict' },
  outage_under_way: { status: 409, title: 'Conflict' },
  cannot_sign: { status: 409, title: 'Conflict' },
  code_used: { status: 410, title: 'Gone' },
  code_expired: { status: 410, title: 'Gone' },
  too_large: { status: 413, title: 'Content Too Large' },
  too_many_tries: { status: 429, title: 'Too Many Requests' },
  unavailable: { status: 503, title: 'Service Unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

type DoorProblemCode = keyof typeof DOOR_PROBLEMS;

/** A refusal as a program reads it. */
export const doorProblem = z.object({ status: z.int(), code: z.string(), detail: z.string() });

/** What the door says to a request. */
export type Answer = {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
};

export const answered = (body: object): Answer => ({ status: 200, body });

/** A refusal; `detail` is a sentence without its full stop. */
export const problem = (code: DoorProblemCode, detail: string, headers: Answer['headers'] = {}): Answer => {
  const { status, title } = DOOR_PROBLEMS[code];
  return { status, body: { type: 'about:blank', title, status, code, detail }, headers };
};
