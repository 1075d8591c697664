import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.ts';
import { startPlatform } from './start-platform.ts';
import { drawCanvas, signInAsDemo } from './steps.ts';

// npm run picture: starts the platform, draws a canvas through the page, and writes the pictures of the README.

const docs = join(import.meta.dirname, '../../../docs');
const description =
  'A bakery that delivers sourdough bread by bicycle before breakfast, to families and small offices in Lisbon';
const market = 'Families and small offices';

const executablePath = findChromium();
if (executablePath === undefined)
  throw new Error('Chromium is missing: install it, or name it in CHROMIUM_PATH.');
const platform = await startPlatform();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const viewport = { width: 1280, height: 960 };
  const page = await browser.newPage({ baseURL: platform.url, viewport, reducedMotion: 'reduce' });
  await signInAsDemo(page);
  await drawCanvas(page, description);
  await page.getByRole('heading', { level: 1 }).getByRole('button').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Sourdough by Bicycle');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Add an industry' }).click();
  await page.keyboard.type('Food');
  await page.keyboard.press('Enter');
  const saved = page.waitForResponse(
    (response) => response.ok() && response.request().postData()?.includes(market) === true,
  );
  await page.getByRole('button', { name: 'Add a target market' }).click();
  await page.keyboard.type(market);
  await page.keyboard.press('Enter');
  await saved;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Ends all transitions, and leaves nothing focused.
    await page.reload({ waitUntil: 'networkidle' });
    await page.getByRole('button', { name: 'History' }).waitFor();
    const path = join(docs, `picture-${colorScheme}.png`);
    await writeFile(path, await page.screenshot({ fullPage: true }));
    console.log(`Wrote ${path}.`);
  }
} finally {
  await browser.close();
  await platform.stop();
}
