import { readConfig } from './config.ts';
import type { Logger } from './logger.ts';
import { startFakeRazorpay } from './server.ts';

/** sysexits.h: something is wrong with the configuration; starting again will not help. */
const EX_CONFIG = 78;

const result = readConfig(process.env);
if (result.kind === 'problem') {
  console.error(result.problem);
  process.exit(EX_CONFIG);
}

const log = (level: string) => (details: object, message: string) =>
  console.error(JSON.stringify({ level, message, ...details }));
const logger: Logger = { info: log('info'), warn: log('warn') };

const razorpay = await startFakeRazorpay({ ...result.config, logger }).catch((fault: unknown) => {
  console.error(`The fake Razorpay cannot start: ${fault instanceof Error ? fault.message : String(fault)}`);
  process.exit(1);
});

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  await razorpay.close();
  process.exit(0);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (process.argv.includes('--exit-with-parent')) {
  // The pipe ends however the parent ends, also by kill -9.
  process.stdin.on('close', stop).resume();
}
console.log(JSON.stringify({ event: 'ready', port: razorpay.port }));
