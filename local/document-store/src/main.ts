#!/usr/bin/env node
import { HELP, readCommandLine } from './command-line.ts';
import { startDocumentStore } from './server.ts';
import { asDiskError } from './storage/disk-fault.ts';

const ABOUT = `tiffin-store: an embedded store for development that speaks the MongoDB protocol.
              It is not MongoDB and not for production. It listens on loopback only and has no passwords.`;

const start = async (port: number, dataFolder: string, exitWithParent: boolean): Promise<void> => {
  console.error(ABOUT);
  const store = await startDocumentStore({
    dataFolder,
    port,
    onFault: (fault) => console.error('tiffin-store:', asDiskError(fault)?.message ?? fault),
  });
  const end = (): void => {
    store.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('tiffin-store:', error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (exitWithParent) process.stdin.on('end', end).on('error', end).resume();
  console.log(JSON.stringify({ event: 'ready', port: store.port }));
};

const commandLine = readCommandLine(process.argv.slice(2));
switch (commandLine.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'problem':
    console.error(`tiffin-store: ${commandLine.message}`);
    process.exitCode = 2;
    break;
  case 'start':
    try {
      await start(commandLine.port, commandLine.data, commandLine.exitWithParent);
    } catch (error) {
      console.error(`tiffin-store: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
}
