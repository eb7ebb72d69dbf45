import { replayedWebhookReply, webhookInFullReply, webhooksReply } from '@tiffin/contracts/payment-operations-api';
import { type AdminAnswer, type AskAdmin, askAdminAt } from './admin-answer.ts';
import { findAdminDoor } from './admin-door.ts';
import { readWebhooksRequest, WEBHOOKS_HELP, type WebhooksAction } from './webhooks-request.ts';
import { listWords, webhookWords } from './webhooks-words.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const { env } = process;
const json = process.argv.includes('--json');

const refuse = (message: string, code: number): never => {
  if (json) console.log(JSON.stringify({ event: 'problem', message }));
  else console.error(message);
  return process.exit(code);
};
const print = <Body>(answer: AdminAnswer<Body>, words: (body: Body) => string): void => {
  if (answer.kind === 'problem') refuse(answer.message, EXIT_FAILED);
  else console.log(json ? JSON.stringify(answer.body) : words(answer.body));
};

const act = async (ask: AskAdmin, action: WebhooksAction): Promise<void> => {
  switch (action.kind) {
    case 'list': {
      const listed = await ask('GET', `/webhooks?${action.query}`, webhooksReply);
      return print(listed, ({ items, nextCursor }) => listWords(items, nextCursor));
    }
    case 'show': {
      const shown = await ask('GET', `/webhooks/${encodeURIComponent(action.id)}`, webhookInFullReply);
      return print(shown, ({ webhook }) => webhookWords(webhook));
    }
    case 'replay': {
      const path = `/webhooks/${encodeURIComponent(action.id)}/replay`;
      const replayed = await ask('POST', path, replayedWebhookReply, { reason: action.reason });
      return print(replayed, ({ webhook }) => `${webhook.id} is being worked on again.`);
    }
  }
};

const request = readWebhooksRequest(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    console.log(WEBHOOKS_HELP);
    break;
  case 'problem':
    refuse(request.message, EXIT_USAGE);
    break;
  case 'request': {
    const door = await findAdminDoor(request.door, 'webhooks-cli', env);
    if (door.kind === 'problem') refuse(door.message, EXIT_FAILED);
    else await act(askAdminAt(door), request.action);
  }
}
