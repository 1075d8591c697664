import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { drawCanvas, signInAs, signInAsDemo } from '../src/steps.ts';

const { open } = openBrowser();

/** Follows a link, and returns the heading of the page that it leads to with the title of the tab. */
async function follow(page: Page, link: string | RegExp): Promise<readonly [heading: string, title: string]> {
  const before = page.url();
  await page.getByRole('link', { name: link }).first().click();
  await page.waitForURL((url) => url.href !== before);
  const heading = page.locator('h1:focus');
  await heading.waitFor();
  return [await heading.innerText(), await page.title()];
}

test('every page names its tab after its heading, also after a title was changed', async () => {
  const page = await open();
  expect(await page.title()).toBe('Describe a business – ValueCanvas');
  await signInAsDemo(page);
  await drawCanvas(page, 'A library of borrowed tools');
  await page.getByRole('heading', { level: 1 }).getByRole('button').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Tools on loan');
  await page.keyboard.press('Tab');
  await expect.poll(() => page.title()).toBe('Tools on loan – ValueCanvas');
  expect(await follow(page, 'Account')).toEqual(['Account', 'Account – ValueCanvas']);
  expect(await follow(page, 'Canvases')).toEqual(['Canvases', 'Canvases – ValueCanvas']);
  await page.goto('/no/such/page');
  await expect.poll(() => page.title()).toBe('Page not found – ValueCanvas');
});

test('a screen of the console names its tab, and a user’s screen is named after the user', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  for (const name of ['Costs', 'Audit log', 'Users']) {
    expect(await follow(page, name)).toEqual([name, `${name} – ValueCanvas`]);
  }
  await follow(page, /^demo@/);
  await expect.poll(() => page.title()).toMatch(/^demo@\S+ – ValueCanvas$/);
});

test('the list of shortcuts names the keys that work on the current screen, and no others', async () => {
  const page = await open();
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  const labels = async () => {
    await page.keyboard.press('?');
    await sheet.waitFor();
    const found = await sheet.getByRole('definition').allInnerTexts();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    return found;
  };
  await signInAs(page, 'the admin');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const pause = 'Stop or start reading the figures';
  expect(await labels()).toEqual(expect.arrayContaining(['Go to Queue', pause]));
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Stop reading again', pressed: true }).waitFor();

  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('heading', { name: 'Audit log' }).waitFor();
  const onAudit = await labels();
  expect(onAudit).toContain('Go to Queue');
  expect(onAudit).not.toContain(pause);

  await drawCanvas(page, 'A ferry for bicycles');
  const onCanvas = await labels();
  expect(onCanvas).toContain('Add an item to the block');
  expect(onCanvas).not.toContain('Go to Queue');
  expect(onCanvas).not.toContain('Undo the last change');
  await page.keyboard.press('a');
  await page.keyboard.type('Harbours');
  await page.keyboard.press('Tab');
  await expect.poll(labels).toContain('Undo the last change');
});
