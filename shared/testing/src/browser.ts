import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Browser = {
  readonly page: Page;
  /** What no page may do: errors in its console, exceptions, and requests to anything but this machine. */
  faults(): readonly string[];
  /** From now on a part may be away, and a browser writes down each request that failed. Returns the way back. */
  expectOutages(): () => void;
  close(): Promise<void>;
};

const program = (): string => {
  const found = PLACES.find((path) => existsSync(path));
  if (found === undefined) throw new Error('No Chromium on this machine. Debian: apt-get install -y chromium');
  return found;
};

const isOfThisMachine = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return ['data:', 'blob:', 'about:'].includes(protocol) || hostname === '127.0.0.1' || hostname === 'localhost';
};

/** What Chromium itself writes when a request met nobody, a part that was not ready, or a refusal that is the point: 49 taps come too late. */
const OUTAGE = /net::ERR_|WebSocket connection to|status of (?:502|503|504)|status of 4.*\/accept$/;

/** A browser with an empty profile and one page, which keeps a record of whatever it should not have done. */
export const openBrowser = async (viewport = { width: 1_440, height: 900 }): Promise<Browser> => {
  const profile = await mkdtemp(join(tmpdir(), 'tiffin-browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: program(),
    args: FLAGS,
    viewport,
    headless: true,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const found: string[] = [];
  let outages = false;
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = `${message.text()} ${message.location().url}`;
    if (!outages || !OUTAGE.test(text)) found.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => found.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    if (!isOfThisMachine(request.url())) found.push(`request: ${request.url()}`);
  });
  return {
    page,
    faults: () => found,
    expectOutages: () => {
      outages = true;
      return () => {
        outages = false;
      };
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
};
