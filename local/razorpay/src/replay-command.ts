import { resolve } from 'node:path';
import { askGateway, type StoredWebhookItem } from './replay/ask-gateway.ts';
import { gatewayOfStack } from './replay/gateway-of-stack.ts';
import { REPLAY_HELP, type ReplayRequest, readReplayRequest } from './replay/replay-request.ts';

const EXIT_NOT_SENT = 1;
const EXIT_USAGE = 2;
const EXIT_NOBODY = 3;

const json = process.argv.includes('--json');

const refuse = (message: string, code: number): never => {
  if (json) console.log(JSON.stringify({ event: 'problem', message }));
  else console.error(message);
  return process.exit(code);
};

const lineOf = ({ id, createdAt, event, orderId, attempts, acknowledged, answer }: StoredWebhookItem): string =>
  `${id}  ${createdAt}  ${event.padEnd(18)}  ${orderId}  ${acknowledged ? 'acknowledged' : `not acknowledged (${answer ?? 'never sent'})`}, tries: ${attempts}`;

const run = async ({ url, data, ...asked }: ReplayRequest): Promise<number> => {
  // npm runs a script of a workspace in its folder; the person stands elsewhere.
  const gateway = url ?? gatewayOfStack(resolve(process.env.INIT_CWD ?? '.', data));
  if (gateway === undefined)
    return refuse(`No stack runs on ${data}. Start one, or name the fake with --url.`, EXIT_NOBODY);
  const answer = await askGateway(gateway.replace(/\/+$/, ''), asked);
  switch (answer.kind) {
    case 'nobody':
      return refuse(answer.message, EXIT_NOBODY);
    case 'refused':
      return refuse(answer.message, EXIT_NOT_SENT);
    case 'listed':
      for (const item of answer.items) console.log(json ? JSON.stringify(item) : lineOf(item));
      return 0;
    case 'replayed': {
      const { replayed, skipped } = answer;
      if (json) console.log(JSON.stringify({ replayed, skipped }));
      else {
        console.log(`${replayed.length} sent again, ${skipped.length} skipped`);
        for (const { id, reason } of skipped) console.log(`${id}  skipped: ${reason}`);
      }
      return skipped.length === 0 ? 0 : EXIT_NOT_SENT;
    }
  }
};

const request = readReplayRequest(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    console.log(REPLAY_HELP);
    break;
  case 'problem':
    refuse(request.message, EXIT_USAGE);
    break;
  case 'request':
    process.exitCode = await run(request);
}
