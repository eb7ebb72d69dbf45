import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { EVERYDAY, runCity } from './city.ts';
import { createDoors } from './doors.ts';
import { openJournal } from './journal.ts';
import { createLedger } from './ledger.ts';
import { liveLine } from './live-line.ts';
import { createPace } from './pace.ts';
import { readStackFile } from './stack-file.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.data' },
    seed: { type: 'string', default: '7' },
    kitchens: { type: 'string', default: '6' },
    riders: { type: 'string', default: '40' },
    'orders-per-minute': { type: 'string', default: '20' },
    speed: { type: 'string', default: '1' },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});
const wholeNumber = z
  .string()
  .regex(/^[1-9][0-9]{0,5}$/, 'must be a whole number')
  .transform(Number);
const stack = readStackFile(values.data);
if (!stack) throw new Error(`no stack runs on ${values.data}`);
const { urls, secrets, infrastructure } = stack;
const { mongodb } = infrastructure;
// Orders live in a database: on another one than last time, those of last time are not lost but elsewhere. A database that lives in the
// data folder is the same on any port.
const inDataFolder = mongodb.from === 'embedded' || mongodb.from === 'path';
const database = inDataFolder ? mongodb.from : createHash('sha256').update(mongodb.url).digest('hex').slice(0, 12);
const ledger = createLedger({
  nowMs: () => performance.now(),
  journal: openJournal(join(values.data, 'city', `orders-${database}.jsonl`)),
});
const closing = new AbortController();
void runCity({
  plan: {
    ...EVERYDAY,
    seed: wholeNumber.parse(values.seed),
    kitchens: wholeNumber.parse(values.kitchens),
    riders: wholeNumber.parse(values.riders),
    ordersPerMinute: wholeNumber.parse(values['orders-per-minute']),
  },
  ledger,
  doors: createDoors({ urls, jwtSecret: secrets.JWT_SECRET, closing: closing.signal }),
  pace: createPace({ speed: wholeNumber.parse(values.speed), closing: closing.signal }),
});

process.stdout.write(`${JSON.stringify({ event: 'ready', service: 'city' })}\n`);
const line = setInterval(() => {
  const summary = ledger.summary();
  process.stdout.write(`${JSON.stringify({ event: 'live', text: liveLine(summary), ...summary })}\n`);
}, 1_000);

const close = () => {
  clearInterval(line);
  closing.abort();
  process.exit(0);
};
process.once('SIGTERM', close);
process.once('SIGINT', close);
if (values['exit-with-parent']) process.stdin.on('close', close).resume();
