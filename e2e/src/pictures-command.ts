// npm run pictures: the pictures of the README, taken from a real city in a real browser.
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from '@tiffin/testing/browser';
import { eventually } from '@tiffin/testing/eventually';
import { startStack } from '@tiffin/testing/running-stack';
import gifenc from 'gifenc';
import { PNG } from 'pngjs';

const OUT = join(import.meta.dirname, '../../docs/images');
const SIZE = { width: 1_280, height: 860 };
const FRAMES = 40;
const FRAME_MS = 150;
const COLOURS = 48;
const WARM_UP_ORDERS = 12;

const stack = await startStack({ city: true, env: { RABBITMQ_URL: '' } });
const browser = await openBrowser(SIZE);
try {
  await mkdir(OUT, { recursive: true });
  const { page } = browser;
  const shoot = (name: string) => page.screenshot({ path: join(OUT, `${name}.png`) });
  await page.goto(stack.consoleUrl);
  await eventually('a busy city', async () => (await page.locator('.card').count()) >= WARM_UP_ORDERS, {
    withinMs: 90_000,
  });

  const map = page.locator('.map');
  const { GIFEncoder, quantize, applyPalette } = gifenc;
  const gif = GIFEncoder();
  let palette: number[][] | undefined;
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const started = performance.now();
    const { width, height, data } = PNG.sync.read(await map.screenshot({ scale: 'css' }));
    palette ??= quantize(data, COLOURS);
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay: FRAME_MS });
    await page.waitForTimeout(Math.max(0, FRAME_MS - (performance.now() - started)));
  }
  gif.finish();
  await writeFile(join(OUT, 'city.gif'), gif.bytes());

  await shoot('city');
  await page.locator('.card[data-status="picked_up"], .card[data-status="delivered"]').first().click();
  await page.getByText('Why this rider?').waitFor();
  await page.getByRole('dialog').locator('details').first().locator('summary').click();
  await shoot('order');
  await page.keyboard.press('Escape');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('link', { name: 'Break it' }).click();
  await page.getByRole('button', { name: 'Kill rider' }).click();
  await page.locator('[data-state="recovered"]').first().waitFor({ timeout: 60_000 });
  await shoot('break-it');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('link', { name: 'Play' }).click();
  await page.getByLabel(/Masala dosa/).fill('2', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Place order' }).click({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Pay', exact: true }).click({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Pay now' }).click();
  await page.getByRole('button', { name: 'Accept', exact: true }).waitFor({ timeout: 60_000 });
  await shoot('play');
  for (const name of ['city.gif', 'city.png', 'order.png', 'break-it.png', 'play.png']) {
    console.log(`${name} ${Math.round((await stat(join(OUT, name))).size / 1_024)} KB`);
  }
} finally {
  await browser.close();
  await stack.dispose();
}
