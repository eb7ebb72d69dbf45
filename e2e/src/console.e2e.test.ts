import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, openBrowser } from '@tiffin/testing/browser';
import { eventually } from '@tiffin/testing/eventually';
import { putRidersOnTheMap } from '@tiffin/testing/riders-on-the-map';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let stack: RunningStack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  // On the broker a person's `npm start` finds or starts, so that it can be taken away; lost webhooks are looked for sooner than in earnest.
  stack = await startStack({ city: true, env: { RABBITMQ_URL: '', RECONCILE_AFTER_S: '5' } });
  browser = await openBrowser();
  page = browser.page;
});
afterAll(async () => {
  await browser?.close();
  await stack?.dispose();
});
afterEach(() => {
  expect(browser.faults()).toEqual([]);
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Finding = { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] };

/** Findings that keep people out, by the rules of axe. */
const barriers = async (): Promise<string[]> => {
  await page.evaluate(axe);
  const found = await page.evaluate<Finding[]>('axe.run(document).then(({ violations }) => violations)');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`));
};

const figure = (name: string) => page.locator(`[data-figure="${name}"] b`);
const goTo = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();

/** What the page says is where: changes when somebody moves. */
const picture = () =>
  page.evaluate<string>(`(() => {
    const canvas = document.querySelector('canvas');
    if (!canvas) return '';
    const small = document.createElement('canvas');
    [small.width, small.height] = [200, 100];
    small.getContext('2d').drawImage(canvas, 0, 0, 200, 100);
    return small.toDataURL();
  })()`);

const zeros = async () => {
  for (const name of ['lost', 'assigned twice', 'missing events']) {
    await eventually(`${name} to be 0`, async () => (await figure(name).textContent()) === '0', {
      withinMs: 45_000,
    });
  }
};

describe('the console', () => {
  it('is signed in by the printed link, once, and shows a city that moves', async () => {
    await page.goto(stack.consoleUrl);
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    expect(page.url()).not.toContain('code');
    const first = await picture();
    await eventually('somebody to move', async () => (await picture()) !== first || undefined);
    await eventually('orders on the board', async () => (await page.locator('.card').count()) > 0 || undefined);

    const other = await openBrowser();
    try {
      await other.page.goto(stack.consoleUrl);
      await other.page.getByRole('alert').filter({ hasText: 'npm run console' }).waitFor();
      await other.page.getByLabel('Admin token').fill('nonsense');
      await other.page.getByRole('button', { name: 'Sign in' }).click();
      await other.page.getByRole('alert').filter({ hasText: 'not a token' }).waitFor();
    } finally {
      await other.close();
    }
  });

  it('tells the whole story of an order that is clicked, and is where it was after a reload', async () => {
    await page.reload();
    await page.locator('.card').first().click();
    const story = page.getByRole('dialog', { name: 'One order' });
    await story.getByText('ORDER_CREATED').first().waitFor();
    expect(await story.getByText('What was ordered').isVisible()).toBe(true);
    await story.getByText(/Raw events/).click();
    expect(await story.locator('pre').textContent()).toContain('"type": "ORDER_CREATED"');
    await page.keyboard.press('Escape');
    await story.waitFor({ state: 'hidden' });
  });

  it('works out from the events how fast the city is, and that nothing is lost or twice', async () => {
    for (const name of ['paid → kitchen told', 'ready → offer', 'offer → accepted']) {
      await eventually(`${name} to be known`, async () => /ms|s$/.test((await figure(name).textContent()) ?? ''), {
        withinMs: 60_000,
      });
    }
    await eventually(
      'the depths of the queues',
      async () => /\d/.test((await figure('dead letters').textContent()) ?? '') || undefined,
    );
    await zeros();
  });

  it('keeps nobody out: every page, light and dark, by the rules of axe, and from 360 px to 4K', async () => {
    for (const name of ['City', 'Dead letters', 'Break it', 'Play']) {
      await goTo(name);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await barriers(), `${name}, ${colorScheme}`).toEqual([]);
      }
      for (const width of [360, 3_840]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize({ width: 1_440, height: 900 });
    }
    await page.emulateMedia({ colorScheme: null });
  });

  it('lets one person play customer, kitchen and rider of one order by hand, over a reload in the middle', async () => {
    await goTo('Play');
    const customer = page.getByRole('region', { name: 'Customer app' });
    const kitchen = page.getByRole('region', { name: 'Kitchen app' });
    const rider = page.getByRole('region', { name: 'Rider app' });
    const press = (where: typeof customer, name: string) =>
      where.getByRole('button', { name, exact: true }).first().click({ timeout: 60_000 });
    const inState = (state: string) =>
      page.locator(`section[aria-label="Customer app"][data-state="${state}"]`).waitFor();

    await customer.getByLabel(/Masala dosa/).fill('2', { timeout: 60_000 });
    await press(customer, 'Place order');
    await press(customer, 'Pay');
    await page.getByRole('button', { name: 'Pay now' }).click();
    await inState('placed');
    await press(kitchen, 'Accept');
    await press(kitchen, 'Start preparing');
    await inState('preparing');
    await page.reload();
    await press(kitchen, 'Ready');
    await press(rider, 'Accept offer');
    await inState('rider_assigned');
    await press(rider, 'Ride to the kitchen');
    await press(rider, 'Picked up');
    await inState('picked_up');
    await press(rider, 'Delivered');
    await inState('delivered');
  });

  it('breaks every part once, shows how each recovers, and the zeros stay zeros', async () => {
    await goTo('Break it');
    const record = page.getByRole('list', { name: 'What happened' });
    const end = browser.expectOutages();
    const press = async (name: string) => {
      const before = await record.locator('> li').count();
      await page.getByRole('button', { name, exact: true }).click({ timeout: 30_000 });
      await eventually(
        `${name} to be written down`,
        async () => (await record.locator('> li').count()) > before || undefined,
      );
      return record.locator('> li').first();
    };
    const recovers = async (name: string) => {
      const entry = await press(name);
      const state = await eventually(
        `${name} to be over`,
        async () => {
          const now = await entry.getAttribute('data-state');
          return now !== 'under way' && now;
        },
        { withinMs: 120_000 },
      );
      expect(state, `${name}: ${await entry.textContent()}`).toMatch(/recovered|done/);
    };
    for (const name of ['Kill restaurant', 'Kill rider', 'Kill realtime', 'Kill utils']) await recovers(name);
    await recovers('Stop RabbitMQ for 10 s');
    await recovers('Pause the database for 5 s');
    for (const name of ['Duplicate every webhook', 'Lose every webhook']) {
      await press(name);
      await recovers(name);
    }
    await recovers('Send poison');
    await recovers('Let 50 riders accept one order');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await zeros();
    end();
  });

  it('reads the dead letters, and discards each for a reason that stays in the audit', async () => {
    await goTo('Dead letters');
    const table = page.getByRole('table', { name: 'Dead letters' });
    const groups = table.getByRole('button');
    const reason = 'It was poison, sent on purpose';
    await eventually('the letters', async () => (await groups.count()) > 0);
    await table.getByText('PAYMENT_SUCCESS').first().waitFor();
    while ((await groups.count()) > 0) {
      const before = await table.textContent();
      await groups.first().click();
      await page.getByRole('button', { name: 'Discard', exact: true }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill(reason);
      await page.getByRole('button', { name: 'Discard for good' }).click();
      await eventually('the letter to be gone', async () => (await table.textContent()) !== before);
    }
    await page.getByText(reason).first().waitFor();
  });

  it('shows 2,000 riders who all move, and goes on listening and answering meanwhile', async () => {
    const crowd = await putRidersOnTheMap(stack, 2_000);
    try {
      await goTo('City');
      await page.reload();
      const states = page.getByRole('list', { name: 'Riders by state' });
      const count = async (words: RegExp) =>
        Number(/\d+/.exec((await states.getByText(words).textContent()) ?? '')?.[0]);
      await eventually('2,000 riders', async () => (await count(/free/)) > 1_900, { withinMs: 60_000 });
      await eventually('their positions to be fresh', async () => (await count(/silent/)) < 100, { withinMs: 60_000 });
      await page.getByRole('button', { name: 'Zoom in' }).click();
      await page.locator('.card').first().click();
      await page.getByRole('dialog', { name: 'One order' }).getByText('What was ordered').waitFor();
      await page.keyboard.press('Escape');
      const link = page.getByRole('banner').getByRole('status');
      expect(await link.textContent()).toBe('Live');
    } finally {
      await crowd.end();
    }
  });
});
