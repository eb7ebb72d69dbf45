import { replayedWebhookReply, webhookInFullReply, webhooksReply } from '@tiffin/contracts/payment-operations-api';
import { type AskAdmin, askAdminAt } from './admin-answer.ts';
import { findAdminDoor } from './admin-door.ts';
import { createOutput, EXIT_FAILED, EXIT_USAGE } from './command-output.ts';
import { readWebhooksRequest, WEBHOOKS_HELP, type WebhooksAction } from './webhooks-request.ts';
import { listWords, webhookWords } from './webhooks-words.ts';

const { env } = process;
const { refuse, print, insist } = createOutput(process.argv);

const act = async (ask: AskAdmin, action: WebhooksAction): Promise<void> => {
  switch (action.kind) {
    case 'list': {
      const listed = insist(await ask('GET', `/webhooks?${action.query}`, webhooksReply));
      return print(listed, listWords(listed.items, listed.nextCursor));
    }
    case 'show': {
      const shown = insist(await ask('GET', `/webhooks/${encodeURIComponent(action.id)}`, webhookInFullReply));
      return print(shown, webhookWords(shown.webhook));
    }
    case 'replay': {
      const path = `/webhooks/${encodeURIComponent(action.id)}/replay`;
      const replayed = insist(await ask('POST', path, replayedWebhookReply, { reason: action.reason }));
      return print(replayed, `${replayed.webhook.id} is being worked on again.`);
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
