import { writeFile } from 'node:fs/promises';
import { ledgerReply, orderLedger, settlement } from '@tiffin/contracts/ledger-api';
import { findAdminDoor } from './admin-door.ts';
import { createOutput, EXIT_FAILED, EXIT_USAGE } from './command-output.ts';
import { type AskLedger, askLedgerAt } from './ledger-answer.ts';
import { LEDGER_HELP, type LedgerQuestion, readLedgerRequest } from './ledger-request.ts';
import { addToTotals, type LedgerTotals, orderWords, totalsLine, transactionLine } from './ledger-words.ts';

const { env } = process;
const { json, refuse, print, insist } = createOutput(process.argv);

const printTime = async (ask: AskLedger, query: string): Promise<void> => {
  let totals: LedgerTotals = {};
  let cursor = '';
  for (;;) {
    const { items, nextCursor } = insist(await ask.json(`?${query}${cursor}`, ledgerReply));
    for (const transaction of items) {
      totals = addToTotals(totals, transaction);
      console.log(json ? JSON.stringify({ event: 'transaction', ...transaction }) : transactionLine(transaction));
    }
    if (nextCursor === null) break;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
  console.log(json ? JSON.stringify({ event: 'totals', totals }) : totalsLine(totals));
};

const printSettlement = async (ask: AskLedger, query: string, out: string | undefined): Promise<void> => {
  const path = `/settlement?${query}`;
  const text = json
    ? `${JSON.stringify(insist(await ask.json(`${path}&format=json`, settlement)))}\n`
    : insist(await ask.text(path));
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeFile(out, text).catch((error: unknown) =>
    refuse(`${out} cannot be written: ${String(error)}`, EXIT_FAILED),
  );
  if (!json) console.log(`${out} is written.`);
};

const answer = async (ask: AskLedger, question: LedgerQuestion): Promise<void> => {
  switch (question.kind) {
    case 'time':
      return printTime(ask, question.query);
    case 'settlement':
      return printSettlement(ask, question.query, question.out);
    case 'order': {
      const shown = insist(await ask.json(`/orders/${question.orderId}`, orderLedger));
      return print(shown, orderWords(shown));
    }
  }
};

const request = readLedgerRequest(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    console.log(LEDGER_HELP);
    break;
  case 'problem':
    refuse(request.message, EXIT_USAGE);
    break;
  case 'request': {
    const door = await findAdminDoor(request.door, 'ledger-cli', env);
    if (door.kind === 'problem') refuse(door.message, EXIT_FAILED);
    else await answer(askLedgerAt(door), request.question);
  }
}
