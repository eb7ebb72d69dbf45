import { readConfig } from '@tiffin/platform/config/read-config';
import { runService } from '@tiffin/platform/lifecycle/run-service';
import { createApp } from './app.ts';
import { restaurantSettings } from './config.ts';

await runService({
  name: 'restaurant',
  env: process.env,
  argv: process.argv,
  start: (env) => createApp(readConfig(restaurantSettings, env, { production: env.NODE_ENV === 'production' })),
});
