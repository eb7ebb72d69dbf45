import { readConfig } from '@tiffin/platform/config/read-config';
import { runService } from '@tiffin/platform/lifecycle/run-service';
import { createApp } from './app.ts';
import { riderSettings } from './config.ts';

await runService({
  name: 'rider',
  env: process.env,
  argv: process.argv,
  start: (env) => createApp(readConfig(riderSettings, env, { production: env.NODE_ENV === 'production' })),
});
