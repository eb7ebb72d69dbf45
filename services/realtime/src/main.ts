import { readConfig } from '@tiffin/platform/config/read-config';
import { runService } from '@tiffin/platform/lifecycle/run-service';
import { createApp } from './app.ts';
import { realtimeSettings } from './config.ts';

await runService({
  name: 'realtime',
  env: process.env,
  argv: process.argv,
  start: (env) => createApp(readConfig(realtimeSettings, env, { production: env.NODE_ENV === 'production' })),
});
