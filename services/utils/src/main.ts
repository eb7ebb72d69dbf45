import { readConfig } from '@tiffin/platform/config/read-config';
import { runService } from '@tiffin/platform/lifecycle/run-service';
import { createApp } from './app.ts';
import { utilsSettings } from './config.ts';

await runService({
  name: 'utils',
  env: process.env,
  argv: process.argv,
  start: (env) => createApp(readConfig(utilsSettings, env, { production: env.NODE_ENV === 'production' })),
});
