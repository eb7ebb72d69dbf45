import { reconciledReply, reconciliationDueReply, reconciliationReply } from '@tiffin/contracts/payment-operations-api';
import { type AskAdmin, askAdminAt } from './admin-answer.ts';
import { findAdminDoor } from './admin-door.ts';
import { createOutput, EXIT_FAILED, EXIT_USAGE } from './command-output.ts';
import { RECONCILE_HELP, type ReconcileRequest, readReconcileRequest } from './reconcile-request.ts';
import { countWords, standingWords } from './reconcile-words.ts';

const { env } = process;
const { refuse, print, insist } = createOutput(process.argv);

/** A few were looked at, or many are due: the service says which. */
const reconciled = reconciledReply.or(reconciliationDueReply);

const act = async (ask: AskAdmin, action: Extract<ReconcileRequest, { kind: 'request' }>['action']): Promise<void> => {
  if (action.kind === 'status') {
    const standing = insist(await ask('GET', '/reconciliation', reconciliationReply));
    return print(standing, standingWords(standing));
  }
  const { orderId } = action;
  const body = orderId === undefined ? {} : { orderId };
  const done = insist(await ask('POST', '/reconciliation', reconciled, body));
  if ('due' in done) {
    const more = done.left > 0 ? ` ${done.left} more are open: ask again when these are done.` : '';
    return print(done, `${done.due} are due now, and looked at one after the other.${more}`);
  }
  print(done, countWords(done));
  if (done.unavailable > 0) process.exitCode = EXIT_FAILED;
};

const request = readReconcileRequest(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    console.log(RECONCILE_HELP);
    break;
  case 'problem':
    refuse(request.message, EXIT_USAGE);
    break;
  case 'request': {
    const door = await findAdminDoor(request.door, 'reconcile-cli', env);
    if (door.kind === 'problem') refuse(door.message, EXIT_FAILED);
    else await act(askAdminAt(door), request.action);
  }
}
