import { consoleLink } from '@tiffin/stack/console-sign-in';
import { doorProblem } from '@tiffin/stack/door-answer';
import { readStackFile } from '@tiffin/stack/stack-file';

const ANSWER_MS = 5_000;

type FreshLink = { kind: 'link'; url: string; expiresAt: string } | { kind: 'problem'; message: string };

const noStack = (data: string): FreshLink => ({
  kind: 'problem',
  message: `No stack runs on ${data}. Start one (npm start), or name its folder (--data DIR).`,
});

/** A new link into the console of the stack that runs on a data folder, or one sentence about why there is none. */
export const freshConsoleLink = async (data: string): Promise<FreshLink> => {
  const stack = await readStackFile(data);
  if (!stack) return noStack(data);
  const response = await fetch(`${stack.door}/_stack/console-links`, {
    method: 'POST',
    headers: { 'x-stack-key': stack.stackKey },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => undefined);
  // A stack that was killed leaves its file behind, and another one may have its ports by now.
  if (!response || response.status === 401) return noStack(data);
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return { kind: 'link', ...consoleLink.parse(body) };
  const { data: refused } = doorProblem.safeParse(body);
  const reason = refused?.detail ?? `it answered ${response.status}`;
  return { kind: 'problem', message: `The stack on ${data} gives no link: ${reason}.` };
};
