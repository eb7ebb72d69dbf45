import { type ConsoleConfig, consoleConfig } from '@tiffin/contracts/console-api';

/** Where the parts are, as the service that serves this page knows it. A sentence when it cannot be had. */
export const loadConfig = async (): Promise<ConsoleConfig | string> => {
  try {
    const response = await fetch('/console/config.json', { cache: 'no-store' });
    const read = consoleConfig.safeParse(await response.json());
    return read.success ? read.data : 'The service that serves this page is of another version. Reload the page.';
  } catch {
    return 'The realtime service does not answer. Is the stack running (npm start)?';
  }
};
