import { createLogger } from '@tiffin/platform/observability/logger';
import { createApp } from './app.ts';
import type { UtilsConfig } from './config.ts';

export type StartUtils = { readonly config: UtilsConfig; readonly databaseName: string; readonly aheadMs: number };

// A process of its own that a test can end with SIGKILL: everything is loaded before it is told what to be, so that the next one is there
// at once. Its clock may go ahead, which lets the leases of a dead one run out without a wait.
process.once('message', async ({ config, databaseName, aheadMs }: StartUtils) => {
  const logger = createLogger({ service: 'utils', level: 'silent' });
  await createApp(config, { logger, databaseName, now: () => new Date(Date.now() + aheadMs) });
  process.send?.('started');
});
process.once('disconnect', () => process.exit());
process.send?.('loaded');
