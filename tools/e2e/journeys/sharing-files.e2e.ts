import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { addItem, block, drawCanvas, isSaved, signInAsDemo } from '../src/steps.ts';

const { open, expectFault, url } = openBrowser();

/** Makes a link in the open panel, and returns its address. */
async function makeLink(page: Page): Promise<string> {
  const panel = page.getByRole('complementary', { name: 'Share' });
  await panel.getByRole('button', { name: 'Make a link' }).click();
  const field = panel.getByLabel('The new link');
  await field.waitFor();
  return field.inputValue();
}

test('a link is made by keyboard, selects itself, opens without an account, and is listed with its last opening', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A bakery on a river boat');
  await addItem(page, 'Channels', 'A bell at every landing');
  await isSaved(page);
  await page.getByRole('button', { name: 'Share' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  const panel = page.getByRole('complementary', { name: 'Share' });
  await panel.getByText('No links yet.').waitFor();
  await panel.getByLabel('The link works for').selectOption('30 days');
  await panel.getByRole('button', { name: 'Make a link' }).focus();
  await page.keyboard.press('Enter');
  const field = panel.getByLabel('The new link');
  await field.waitFor();
  const address = await field.inputValue();
  expect(address).toMatch(/\/s\/[A-Za-z0-9_-]{43}$/);
  await expect.poll(() => page.evaluate('getSelection().toString()')).toBe(address);
  await panel.getByText('Not opened yet').waitFor();

  const stranger = await open();
  await stranger.getByRole('heading', { name: /Describe a business/ }).waitFor();
  const requests: string[] = [];
  stranger.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!/^\/(assets\/|start\.js|favicon)/.test(pathname)) requests.push(pathname);
  });
  const response = await stranger.goto(address);
  expect(response?.headers()).toMatchObject({
    'x-robots-tag': 'noindex',
    'referrer-policy': 'no-referrer',
  });
  await block(stranger, 'Channels').getByText('A bell at every landing').waitFor();
  await stranger.getByText('View only').waitFor();
  await stranger.waitForLoadState('networkidle');
  expect(requests).toEqual([new URL(address).pathname, `/api/shared/${address.split('/').at(-1)}`]);
  const download = stranger.waitForEvent('download');
  await stranger.getByRole('link', { name: /^Markdown/ }).click();
  const file = await (await download).path();
  expect(await readFile(file, 'utf8')).toContain('A bell at every landing');
  await stranger.getByRole('link', { name: 'Make your own' }).click();
  await stranger.getByRole('heading', { name: /Describe a business/ }).waitFor();

  await page.reload();
  await panel.getByText('Last opened just now').waitFor();
  expect(await panel.getByLabel('The new link').count()).toBe(0);
});

test('a revoked link stops working at once and says so, and others keep working', async () => {
  expectFault(/status of 404 .*\/api\/shared\//);
  expectFault(/status of 400 .*\/api\/shared\//);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A school for kites');
  await page.getByRole('button', { name: 'Share' }).click();
  const kept = await makeLink(page);
  const revoked = await makeLink(page);
  expect(revoked).not.toBe(kept);
  const panel = page.getByRole('complementary', { name: 'Share' });
  await expect.poll(() => panel.getByRole('listitem').count()).toBe(2);
  await panel
    .getByRole('button', { name: /^Revoke the link/ })
    .first()
    .click();
  const dialog = page.getByRole('alertdialog', { name: 'Revoke this link?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await panel
    .getByRole('button', { name: /^Revoke the link/ })
    .first()
    .click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect.poll(() => panel.getByRole('listitem').count()).toBe(1);
  expect(await panel.getByLabel('The new link').count()).toBe(0);
  await expect.poll(() => page.locator(':focus').textContent()).toBe('Make a link');

  const stranger = await open();
  for (const address of [revoked, `${url}/s/no-such-link`]) {
    await stranger.goto(address);
    await stranger.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await stranger.getByRole('link', { name: 'Make your own' }).waitFor();
  }
  await stranger.goto(kept);
  await stranger.getByRole('heading', { name: /school for kites/i }).waitFor();
});

test('each format is downloaded with what the page shows, and a failed download says why in place', async () => {
  expectFault(/status of 503/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A choir for lighthouse keepers');
  await page.getByRole('button', { name: 'Export' }).waitFor();
  await page.getByRole('button', { name: 'Add an item to Channels' }).click();
  await page.keyboard.type('Foghorn concerts');
  await page.keyboard.press('Escape');
  await addItem(page, 'Channels', 'Postcards by boat');
  await page.keyboard.press('x');
  const panel = page.getByRole('complementary', { name: 'Export' });
  await panel.getByLabel('Paper').selectOption('A3');
  const beginnings = { PDF: '%PDF-', PNG: '\u0089PNG', SVG: '<svg', Markdown: '# ', JSON: '{' };
  for (const [format, beginning] of Object.entries(beginnings)) {
    const download = page.waitForEvent('download');
    await panel.getByRole('link', { name: new RegExp(`^${format} `) }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^A choir for lighthouse keepers\.\w+$/);
    expect(file.url().includes('paper=a3')).toBe(!['Markdown', 'JSON'].includes(format));
    const content = await readFile(await file.path(), 'latin1');
    expect(content.startsWith(beginning)).toBe(true);
    if (format === 'JSON') expect(content).toContain('Postcards by boat');
  }

  await page.route('**/export?**', (route) =>
    route.fulfill({
      status: 503,
      json: {
        success: false,
        code: 'OVERLOADED',
        error: 'Too busy',
        message: 'Too many files are being drawn.',
        requestId: 'r1',
      },
    }),
  );
  await panel.getByRole('link', { name: /^PDF/ }).click();
  await panel.getByRole('alert').getByText('Too many files are being drawn.').waitFor();
  await page.unroute('**/export?**');
  const repeated = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Try again' }).click();
  await repeated;
  await panel.getByRole('alert').waitFor({ state: 'detached' });
});
