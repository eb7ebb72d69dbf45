#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startDocumentStore } from './server.ts';
import { asDiskError } from './storage/disk-fault.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '27117' },
    data: { type: 'string', default: '.tiffin/documents' },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});

console.error('tiffin-store: an embedded store for development that speaks the MongoDB protocol.');
console.error(
  '              It is not MongoDB and not for production. It listens on loopback only and has no passwords.',
);

try {
  const store = await startDocumentStore({
    dataFolder: values.data,
    port: Number(values.port),
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
  if (values['exit-with-parent']) process.stdin.on('end', end).on('error', end).resume();
  console.log(JSON.stringify({ event: 'ready', port: store.port }));
} catch (error) {
  console.error(`tiffin-store: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
