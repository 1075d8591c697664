import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { addItem, block, drawCanvas, isSaved, itemsOf, replaceItem, signInAsDemo } from '../src/steps.ts';

const { open, expectFault } = openBrowser();

const blocks = [
  'Key partners',
  'Key activities',
  'Value propositions',
  'Customer relationships',
  'Customer segments',
  'Key resources',
  'Channels',
  'Cost structure',
  'Revenue streams',
];

test('a description becomes nine blocks with one click to sign in, and edits are still there after a reload', async () => {
  const page = await open();
  let requests: string[] = [];
  page.on('request', (request) => {
    // On a slow machine, requests of the first load may still arrive before the reload.
    if (request.isNavigationRequest()) requests = [];
    requests.push(request.url());
  });
  await page.reload({ waitUntil: 'networkidle' });
  expect(requests).toContain(page.url());
  expect(requests.slice(8)).toEqual([]);

  await page.getByRole('button', { name: 'Repair café' }).click();
  await page.keyboard.press('Control+Enter');
  await page.getByText('One more step: create an account').and(page.locator(':focus')).waitFor();
  await page.getByRole('button', { name: 'the demo user' }).click();
  await page.waitForURL(/\/c\//);
  for (const name of blocks) await itemsOf(page, name).first().waitFor();

  await replaceItem(page, 'Channels', 0, 'A van with a workshop inside');
  await isSaved(page);
  await page.getByText('Revision 2').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'A van with a workshop inside', exact: true }).waitFor();

  await page.getByRole('link', { name: 'Canvases' }).click();
  await page
    .getByRole('link', { name: /A repair café on wheels/ })
    .first()
    .waitFor();
});

test('items are added, undone, moved and removed by keyboard alone', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A library of tools that neighbours share');
  const partners = itemsOf(page, 'Key partners');
  const before = await partners.count();

  await page.getByRole('button', { name: 'Add an item to Key partners' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Hardware stores');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Repair shops');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  expect(await partners.allTextContents()).toEqual(
    expect.arrayContaining(['Hardware stores', 'Repair shops']),
  );
  expect(await partners.count()).toBe(before + 2);
  // The blank item, which Escape dropped, is no step of its own.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Z');
  expect(await partners.count()).toBe(before + 1);
  await page.keyboard.press('Control+Shift+Z');
  expect(await partners.count()).toBe(before + 2);

  await partners.last().focus();
  await page.keyboard.press('Alt+ArrowUp');
  expect((await partners.allTextContents()).slice(-2)).toEqual(['Repair shops', 'Hardware stores']);
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await block(page, 'Key activities').getByRole('button', { name: 'Repair shops', exact: true }).waitFor();
  await page.keyboard.press('Control+Z');
  await partners.getByText('Repair shops').waitFor();
  await partners.last().focus();
  await page.keyboard.press('Delete');
  expect(await partners.count()).toBe(before + 1);
  await isSaved(page);
});

test('pasted lines become items, and a menu moves an item to another block', async () => {
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await signInAsDemo(page);
  await drawCanvas(page, 'A theatre on a barge');
  await page.evaluate(`navigator.clipboard.writeText('- Schools\\n- Tourists\\n\\n- Families')`);
  await page.getByRole('button', { name: 'Add an item to Channels' }).click();
  await page.keyboard.press('ControlOrMeta+V');
  await page.keyboard.press('Tab');
  expect((await itemsOf(page, 'Channels').allTextContents()).slice(-3)).toEqual([
    'Schools',
    'Tourists',
    'Families',
  ]);
  await block(page, 'Channels').getByRole('button', { name: 'Actions for “Tourists”' }).click();
  await page.getByRole('menuitem', { name: 'Customer segments' }).click();
  await itemsOf(page, 'Customer segments').getByText('Tourists').waitFor();
  expect(await itemsOf(page, 'Channels').allTextContents()).not.toContain('Tourists');
  await isSaved(page);
});

test('two pages that edit one canvas lose nothing', async () => {
  expectFault(/status of 409/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A school for urban gardening');
  const other = await page.context().newPage();
  await other.goto(page.url());
  await itemsOf(other, 'Channels').first().waitFor();

  await replaceItem(page, 'Channels', 0, 'Workshops on balconies');
  await isSaved(page);
  await page.getByText('Revision 2').waitFor();
  await addItem(other, 'Key partners', 'City council');
  await other.getByText('Merged with a change made elsewhere').waitFor();
  await itemsOf(other, 'Channels').getByText('Workshops on balconies').waitFor();

  await replaceItem(page, 'Channels', 0, 'A newsletter each month');
  await page.getByText('Revision 4').waitFor();
  await replaceItem(other, 'Channels', 0, 'Posters in the metro');
  await other.getByText('This block was changed elsewhere').waitFor();
  await other.getByRole('button', { name: 'Keep both' }).click();
  await isSaved(other);
  await other.reload();
  await itemsOf(other, 'Channels').first().waitFor();
  const kept = await itemsOf(other, 'Channels').allTextContents();
  expect(kept).toEqual(expect.arrayContaining(['A newsletter each month', 'Posters in the metro']));
});

test('what is written without a connection is kept, also across a reload, and saved afterwards', async () => {
  expectFault(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A bicycle courier for pharmacies');
  await page.route('**/api/canvas/*', (route) =>
    route.request().method() === 'PUT' ? route.abort() : route.continue(),
  );
  await addItem(page, 'Revenue streams', 'A fee for each parcel');
  await page.getByText('Not saved. What you wrote is kept in this browser.').waitFor();
  await page.unroute('**/api/canvas/*');
  await page.reload();
  await itemsOf(page, 'Revenue streams').getByText('A fee for each parcel').waitFor();
  await page.getByText('Revision 2').waitFor();
  await isSaved(page);
});

test('on a narrow screen menus hold all actions but one, and give the focus back', async () => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await signInAsDemo(page);
  await drawCanvas(page, 'A ferry that sells breakfast');
  const actions = page.getByRole('button', { name: 'Actions for this canvas' });
  await actions.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Findings');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Findings' });
  await panel.waitFor();
  expect(await page.getByRole('button', { name: 'Findings' }).isVisible()).toBe(false);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await actions.and(page.locator(':focus')).waitFor();

  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('heading', { name: 'Account', level: 1 }).and(page.locator(':focus')).waitFor();
  expect(await page.getByRole('link', { name: 'Canvases' }).isVisible()).toBe(false);
});

test('title, industry and target market are changed in place, and are still there after a reload', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A choir for people who cannot sing');
  await page.getByRole('button', { name: 'A choir for people who cannot sing' }).first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Choir of the Shy');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Choir of the Shy', level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Industry' }).fill('Music');
  await page.getByRole('button', { name: 'Add a target market' }).click();
  await page.keyboard.type('Shy adults');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add a target market' }).waitFor();
  await isSaved(page);
  await page.reload();
  await page.getByRole('heading', { name: 'Choir of the Shy', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Music' }).waitFor();
});

/** Defines a function for a page: the places of elements as shares of the width and height of another one, row by row. */
const defineShares = `const sharesOf = (elements, whole) => {
    const { x, y, width, height } = whole.getBoundingClientRect();
    return elements
      .map((element) => element.getBoundingClientRect())
      .map((area) => [(area.y - y) / height, (area.x - x) / width, area.width / width, area.height / height])
      .sort((a, b) => Math.round((a[0] - b[0]) * 50) || a[1] - b[1]);
  };`;

test('an exported SVG has the proportions of the page', async () => {
  // High enough that content does not stretch the rows.
  const page = await open({ viewport: { width: 1440, height: 1600 } });
  await signInAsDemo(page);
  await drawCanvas(page, 'A bakery for gluten-free bread');
  await isSaved(page);
  const onPage = await page.evaluate<number[][]>(`${defineShares}
    const areas = [...document.querySelectorAll('section[aria-labelledby^="block-"]')];
    sharesOf(areas, areas[0].parentElement)`);

  const { pathname } = new URL(page.url());
  const file = await page.request.get(`${pathname.replace('/c/', '/api/canvas/')}/export?format=svg`);
  const drawing = await page.context().newPage();
  await drawing.setContent(await file.text());
  const inFile = await drawing.evaluate<number[][]>(`${defineShares}
    const [paper, canvas, ...areas] = document.querySelectorAll('path.typst-shape:not([fill="none"])');
    sharesOf(areas, canvas)`);
  expect([onPage.length, inFile.length]).toEqual([blocks.length, blocks.length]);
  const differences = onPage.flat().map((share, index) => Math.abs(share - Number(inFile.flat()[index])));
  expect(Math.max(...differences)).toBeLessThan(0.01);
});

test('canvases are searched and sorted, and a deleted one comes back with Undo or from the deleted ones', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A museum of failed products');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.waitForURL('**/canvases');
  const card = page.getByRole('link', { name: /A museum of failed products/ });
  await card.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await card.waitFor();

  await page.getByRole('searchbox', { name: 'Search canvases' }).fill('museum of failed');
  await page.waitForURL(/search=/);
  await page.getByText('1 canvas found').waitFor();
  await page.getByLabel('Sort').selectOption('Recently changed first');
  await page.waitForURL(/sort=updated/);
  await page.getByRole('button', { name: 'Actions for “A museum of failed products”' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText('No canvas contains “museum of failed”.').waitFor();

  await page.getByRole('link', { name: 'Deleted canvases' }).click();
  const recover = page.getByRole('button', { name: 'Recover “A museum of failed products”' });
  await recover.click();
  await recover.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Back to your canvases' }).click();
  await card.waitFor();
});
