import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { addItem, drawCanvas, messages, signInAs, signInAsDemo } from '../src/steps.ts';

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
  await page.getByRole('heading', { level: 1 }).waitFor();
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
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  expect(await page.title()).toBe('Page not found – ValueCanvas');
});

test('a screen of the console names its tab, and a user’s screen is named after the user', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  for (const name of ['Costs', 'Audit log', 'Users']) {
    expect(await follow(page, name)).toEqual([name, `${name} – ValueCanvas`]);
  }
  await follow(page, /^demo@/);
  await page.getByRole('heading', { name: /^demo@/ }).waitFor();
  expect(await page.title()).toMatch(/^demo@\S+ – ValueCanvas$/);
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
  const pause = 'Pause or resume updates';
  expect(await labels()).toEqual(expect.arrayContaining(['Go to Queue', pause]));
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Pause updates', pressed: true }).waitFor();

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
  await addItem(page, 'Channels', 'Harbours');
  await expect.poll(labels).toContain('Undo the last change');
});

test('the palette leads a keyboard to a canvas, an action of its page and a screen, and returns the focus', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A choir for lighthouse keepers');
  const field = page.getByRole('combobox', { name: 'Search canvases, screens and actions' });
  const active = page.getByRole('option', { selected: true });

  // Letters that are typed before the palette is loaded are sought as well, and do not reach the page.
  const hasTyped = Promise.withResolvers<undefined>();
  await page.route(/\/palette-[\w-]+\.js$/, async (route) => {
    await hasTyped.promise;
    await route.continue();
  });
  await page.getByRole('button', { name: 'History' }).waitFor();
  const before = page.url();
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type('lighth');
  hasTyped.resolve(undefined);
  await field.waitFor();
  expect(page.url()).toBe(before);
  await page.keyboard.type('ouse');
  expect(await field.inputValue()).toBe('lighthouse');
  await active.getByText('lighthouse').waitFor();
  expect(await active.getAttribute('id')).toBe(await field.getAttribute('aria-activedescendant'));
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });

  await page.keyboard.press('5');
  await page.locator('[data-block]:focus').waitFor();
  const opener = await page.evaluate('document.activeElement.dataset.block');
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.dataset.block')).toBe(opener);

  // The action is for the block that held the focus before.
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type('suggest block');
  await active.getByText('Suggest items for the block').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary', { name: /^Suggestions for/ }).waitFor();
  expect(page.url()).toContain(`block=${opener}`);

  await page.getByRole('heading', { name: /^Suggestions for/ }).focus();
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type('zzz');
  await page.getByText('Nothing found for “zzz”.').first().waitFor();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('deleted');
  await active.getByText('Deleted canvases').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Deleted canvases' }).waitFor();
});

test('the palette leads operators to users and to the changes of flags and prompts, and other users to none of them', async () => {
  const page = await open();
  const find = async (words: string) => {
    await page.keyboard.press('ControlOrMeta+K');
    await page.keyboard.type(words);
  };
  const active = page.getByRole('option', { selected: true });
  await signInAs(page, 'the admin');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await find('demo@');
  await active.getByText(/^demo@/).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^demo@/ }).waitFor();
  await find('llm_caching');
  await active.getByText('llm_caching').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Audit log' }).waitFor();
  expect(page.url()).toContain('kind=flag&target=llm_caching');
  await find('canvas.refine');
  await active.getByText('canvas.refine').waitFor();

  const other = await open();
  const requested: string[] = [];
  other.on('request', (request) => requested.push(new URL(request.url()).pathname));
  await signInAsDemo(other);
  await other.keyboard.press('ControlOrMeta+K');
  await other.keyboard.type('demo@');
  await other.getByText('Nothing found for “demo@”.').first().waitFor();
  expect(requested.filter((path) => /admin|flags|prompts/.test(path))).toEqual([]);
});

test('axe finds nothing in the palette, and it fits the screens of phones', async () => {
  const page = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await signInAsDemo(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  const palette = page.getByRole('dialog', { name: 'Search' });
  await palette.getByRole('option').first().waitFor();
  const box = await palette.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844).toBe(true);
  const { violations } = await new AxeBuilder({ page }).include('dialog').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await palette.getByRole('option', { name: 'Account' }).click();
  await page.getByRole('heading', { name: 'Account' }).waitFor();
});

test('the focus returns to the block from which the history was opened, also after an earlier revision was shown', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A bakery for night trains');
  await addItem(page, 'Channels', 'Platform kiosks');
  await page.getByRole('button', { name: 'History' }).waitFor();
  await page.keyboard.press('5');
  const focused = page.locator('[data-block]:focus');
  await focused.waitFor();
  const block = await focused.getAttribute('data-block');
  await page.keyboard.press('h');
  await page.getByRole('button', { name: /^Generated/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Restoring it changes: Channels.').waitFor();
  await page.keyboard.press('Escape');
  await focused.waitFor();
  expect(await focused.getAttribute('data-block')).toBe(block);
});

test('a toast stays while it has the focus, gives it back, and disappears ten seconds later', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A ferry that is a library');
  await page.clock.install();
  await page.goto('/canvases');
  const menu = page.getByRole('button', { name: /^Actions for/ }).first();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const undo = messages(page).getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  await page.getByRole('searchbox').focus();
  await page.keyboard.press('F6');
  await page.clock.fastForward(11_000);
  expect(await undo.isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await page.evaluate('document.activeElement.type')).toBe('search');
  await page.clock.fastForward(9_000);
  expect(await undo.isVisible()).toBe(true);
  await page.clock.fastForward(2_000);
  await expect.poll(() => undo.count()).toBe(0);
});
