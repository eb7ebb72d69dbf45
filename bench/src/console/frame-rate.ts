import { openBrowser } from '@tiffin/testing/browser';
import { eventually } from '@tiffin/testing/eventually';
import { putRidersOnTheMap } from '@tiffin/testing/riders-on-the-map';
import { startStack } from '@tiffin/testing/running-stack';
import type { Measured } from '../figure.ts';
import type { Bench } from '../measurement.ts';
import { alternate } from '../rounds.ts';
import { ratioOf, spreadOf } from '../statistics.ts';

const RIDERS = 2_000;
const WINDOW_MS = 5_000;
const PATIENCE = { withinMs: 60_000 };

/** Frames a second over the window, counted by the page itself. */
const FRAME_RATE = `new Promise((resolve) => {
  let frames = 0;
  const began = performance.now();
  const count = (now) => {
    frames += 1;
    if (now - began < ${WINDOW_MS}) requestAnimationFrame(count);
    else resolve((frames * 1000) / (now - began));
  };
  requestAnimationFrame(count);
})`;

/** How smooth the console's map is with 2,000 riders who all move each second, beside a page that draws nothing, in the same browser. */
export const measureFrameRate = async ({ rounds, say }: Bench): Promise<Measured> => {
  const stack = await startStack({ city: true });
  const browser = await openBrowser();
  const { page } = browser;
  try {
    say(`putting ${RIDERS} riders on the map`);
    const crowd = await putRidersOnTheMap(stack, RIDERS);
    try {
      await page.goto(stack.consoleUrl);
      const riders = page.getByRole('list', { name: 'Riders by state' });
      const arrive = () =>
        eventually(
          'the riders to be on the map',
          async () => {
            const words = (await riders.textContent()) ?? '';
            return Number(/\d+/.exec(words)?.[0]) >= RIDERS * 0.9;
          },
          PATIENCE,
        );
      await arrive();
      const address = page.url();
      const rates = await alternate(
        rounds,
        {
          ours: async () => {
            await page.goto(address);
            await arrive();
            return await page.evaluate<number>(FRAME_RATE);
          },
          nothing: async () => {
            await page.goto('about:blank');
            return await page.evaluate<number>(FRAME_RATE);
          },
        },
        say,
      );
      return {
        figures: [
          {
            name: `console: frames, ${RIDERS} riders moving`,
            unit: '/s',
            ours: spreadOf(rates.ours),
            beside: {
              what: 'a page that draws nothing',
              figure: spreadOf(rates.nothing),
              ratio: ratioOf(rates.ours, rates.nothing),
            },
            target: { of: 'figure', atLeast: 50 },
          },
        ],
        notes: [
          'console: Chromium without a graphics card, 1,440 by 900, on the same cores as the stack, its city and the riders’ 2,000 positions a second.',
        ],
        faults: [...browser.faults()],
      };
    } finally {
      await crowd.end();
    }
  } finally {
    await browser.close();
    await stack.dispose();
  }
};
