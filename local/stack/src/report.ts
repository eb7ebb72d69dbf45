import { stripVTControlCharacters } from 'node:util';
import { SECOND } from '@tiffin/platform/clock';
import type { ChildName, StackFacts, StackFile } from './stack-file.ts';
import type { ChildNews } from './supervise.ts';
import { table } from './table.ts';

/** What a start does next: look for what is there, start what is not, start the services, wait until they are ready. */
export type Step = 'looking' | 'infrastructure' | 'services' | 'readiness';

/** How a start speaks, to a person or to a program. */
export type Report = {
  /** Said before the step begins; a person is not bothered with it. */
  step(name: Step): void;
  /** Something worth knowing, in one line. */
  note(text: string): void;
  child(news: ChildNews): void;
  ready(stack: StackFile, tookMs: number, consoleUrl: string): void;
  live(text: string): void;
  problem(message: string): void;
  stopping(): void;
  stopped(): void;
};

type Screen = {
  write(text: string): void;
  /** Where refusals go, in the colour of refusals where there is one. */
  complain(text: string): void;
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  /** How wide it is now; a person may change that at any time. */
  columns(): number | undefined;
};

const USUAL_COLUMNS = 80;

const seconds = (ms: number): string => `${(ms / SECOND).toFixed(ms % SECOND === 0 ? 0 : 1)} s`;

const sentenceOf = (news: ChildNews): string => {
  switch (news.kind) {
    case 'ready':
      return news.again ? `${news.child} runs again (pid ${news.pid})` : `${news.child} runs (pid ${news.pid})`;
    case 'ended':
      return `${news.child} ended (${news.how}); it starts again in ${seconds(news.startsInMs)}`;
    case 'misconfigured':
      return `${news.child} is not configured rightly and stays down:\n${news.problems}`;
    case 'cut-off':
      return `${news.child} did not stop in time and was killed`;
  }
};

/** For a program: one JSON object a line. */
export const jsonReport = ({ write }: Pick<Screen, 'write'>): Report => {
  const say = (line: object): void => write(`${JSON.stringify(line)}\n`);
  return {
    step: (name) => say({ event: 'step', name }),
    note: (text) => say({ event: 'note', text }),
    child: (news) => say({ event: 'child', ...news, text: sentenceOf(news) }),
    ready: ({ urls, infrastructure }, _, consoleUrl) => say({ event: 'ready', urls, infrastructure, consoleUrl }),
    live: (text) => say({ event: 'live', text }),
    problem: (message) => say({ event: 'problem', message }),
    stopping: () => say({ event: 'stopping' }),
    stopped: () => say({ event: 'stopped' }),
  };
};

const FROM: Record<StackFacts['infrastructure']['mongodb']['from'], string> = {
  env: 'from the environment',
  running: 'was running',
  path: 'started, found on this machine',
  embedded: 'started, the embedded document store',
};

/** The address without its password; guest's is no secret. */
const shown = (url: string): string => url.replace(/:\/\/(?!guest:guest@)([^:@/]+):[^@/]+@/, '://$1:…@');

const factsTable = ({ urls, infrastructure, children, door }: StackFile): string => {
  const pid = (child: ChildName): string => String(children[child]?.pid ?? '');
  const { mongodb, rabbitmq, redis } = infrastructure;
  return table([
    ['what', 'where', 'pid', 'from'],
    ['restaurant', urls.restaurant, pid('restaurant'), ''],
    ['rider', urls.rider, pid('rider'), ''],
    ['realtime', urls.realtime, pid('realtime'), ''],
    ['utils', urls.utils, pid('utils'), ''],
    ['Razorpay', shown(urls.razorpay), pid('razorpay'), children.razorpay ? 'started, a fake' : FROM.env],
    ['MongoDB', shown(mongodb.url), pid('store'), FROM[mongodb.from]],
    ['RabbitMQ', shown(rabbitmq.url), pid('rabbitmq'), FROM[rabbitmq.from]],
    ['Redis', redis ? shown(redis.url) : 'none', '', redis ? FROM[redis.from] : 'nothing needs it'],
    ['supervisor', `${door}/_stack`, String(process.pid), 'header x-stack-key from stack.json'],
  ]);
};

const LIVE_EVERY_MS = 10 * SECOND;

/** For a person: sentences, one table, then a line that changes in place on a terminal and comes every 10 s elsewhere. */
export const humanReport = (screen: Screen, data: string): Report => {
  let onLiveLine = false;
  let saidLiveAt = 0;
  const paint = (code: number, text: string): string => (screen.hasColour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const say = (text: string): void => {
    screen.write(`${onLiveLine ? '\r\x1b[K' : ''}${text}\n`);
    onLiveLine = false;
  };
  return {
    step: () => undefined,
    note: (text) => say(text),
    // Each child's first start is in the table; only what happens later is news.
    child: (news) => {
      if (news.kind === 'ready' && !news.again) return;
      say(paint(news.kind === 'ready' ? 32 : 33, sentenceOf(news)));
    },
    ready: (stack, tookMs, consoleUrl) => {
      const dataFlag = data === '.data' ? '' : ` --data ${data}`;
      say(paint(33, 'Tiffin for development on this machine. Not for production.'));
      say(`\n${factsTable(stack)}\n`);
      say(
        `Ready after ${seconds(Math.round(tookMs / 100) * 100)}. What each says: ${data}/logs. Ctrl-C stops everything.`,
      );
      const another = `npm run console${dataFlag && ` --${dataFlag}`}`;
      // Without a code nobody here can sign tokens, and the page says so itself.
      const once = consoleUrl.includes('#') ? `   (signs you in once; another: ${another})` : '';
      say(`Console:      ${consoleUrl}${once}`);
      say(`A token:      npm run token -- --role customer --sub c1${dataFlag}`);
      say(`What it needs, and what it found: npm run doctor\n`);
    },
    live: (text) => {
      const line = stripVTControlCharacters(text).split('\n')[0] ?? '';
      if (screen.isTerminal) {
        // A line that wraps could not be cleared whole. One column stays free: some terminals wrap as soon as the last is filled.
        const room = (screen.columns() || USUAL_COLUMNS) - 1;
        screen.write(`\r\x1b[K${[...line].slice(0, Math.max(room, 1)).join('')}`);
        onLiveLine = true;
      } else if (performance.now() - saidLiveAt > LIVE_EVERY_MS) {
        saidLiveAt = performance.now();
        say(line);
      }
    },
    problem: (message) => screen.complain(`${message}\n`),
    stopping: () => say('Stopping.'),
    stopped: () => say('Stopped; nothing was left running.'),
  };
};
