import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { killGateway } from '../src/start-platform.ts';
import { addItem, block, drawCanvas, isSaved, itemsOf, signInAsDemo } from '../src/steps.ts';

const { open, expectFault } = openBrowser();

test('a session that ended elsewhere is opened again over the page, and the refused save is repeated', async () => {
  expectFault(/status of 401/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A shop for one kind of tea');
  await page.context().clearCookies();
  await addItem(page, 'Channels', 'Letters with samples');
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByRole('button', { name: 'the demo user' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Revision 2').waitFor();
  await isSaved(page);

  await page.context().clearCookies();
  await addItem(page, 'Channels', 'Tastings at noon');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Not saved. What you wrote is kept in this browser.').waitFor();
});

test('the page shows that it is offline, and saves what was written meanwhile after the reconnection', async () => {
  expectFault(/ERR_INTERNET_DISCONNECTED/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A circus without animals');
  await page.context().setOffline(true);
  await addItem(page, 'Channels', 'Posters');
  const notice = page.getByText('You are offline. Your changes are kept here');
  await notice.waitFor();
  await page.context().setOffline(false);
  await notice.waitFor({ state: 'detached' });
  await page.getByText('Revision 2').waitFor();
  await isSaved(page);
});

test('nothing typed is lost when the gateway is killed between two keys, and after it stored a save but before it answered', async () => {
  expectFault(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_FAILED/);
  // The repeated save is based on the revision before the one that was stored.
  expectFault(/status of 409 .*\/api\/canvas\/[^/]+$/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A theatre that tours by barge');
  const before = await itemsOf(page, 'Channels').allTextContents();
  const typed = ['Posters at the locks', 'Songs from the bank', 'Letters to schools', 'A bell at noon'];
  const [first = '', second = '', third = '', fourth = ''] = typed;

  await page.getByRole('button', { name: 'Add an item to Channels' }).click();
  await page.keyboard.type(first.slice(0, 9));
  await killGateway();
  await page.keyboard.type(first.slice(9));
  await page.keyboard.press('Enter');
  await page.keyboard.type(second);
  await page.keyboard.press('Tab');
  await isSaved(page);

  let saves = 0;
  const isAnswered = Promise.withResolvers<undefined>();
  await page.route(/\/api\/canvas\/[^/]+$/, async (route) => {
    if (route.request().method() !== 'PUT' || saves++ > 0) return route.continue();
    expect((await route.fetch()).status()).toBe(200);
    await killGateway();
    await route.abort();
    isAnswered.resolve(undefined);
  });
  await addItem(page, 'Channels', third);
  await isAnswered.promise;
  await addItem(page, 'Channels', fourth);
  await page.getByText('You are offline. Your changes are kept here').waitFor({ state: 'detached' });
  await isSaved(page);

  // Another browser knows nothing but what is stored.
  const elsewhere = await open();
  await signInAsDemo(elsewhere);
  await elsewhere.goto(page.url());
  await expect.poll(() => itemsOf(elsewhere, 'Channels').allTextContents()).toEqual([...before, ...typed]);
});

test('a part of the page that cannot be loaded does not interrupt typing, and appears once it can', async () => {
  expectFault(/ERR_FAILED/);
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A cinema in a greenhouse');
  await page.route('**/assets/canvas-actions-*', (route) => route.abort());
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('canvas-actions-'));
  await page.reload();
  await page.getByRole('button', { name: 'Add an item to Channels' }).click();
  const field = block(page, 'Channels').getByRole('textbox');
  await failed;
  await page.keyboard.type('Films about tomatoes', { delay: 150 });
  expect(await field.inputValue()).toBe('Films about tomatoes');
  await page.unroute('**/assets/canvas-actions-*');
  await page.getByRole('button', { name: 'Share' }).waitFor();
  expect(await field.inputValue()).toBe('Films about tomatoes');
});

test('a lost connection is shown while nothing is being saved', async () => {
  expectFault(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  const page = await open();
  await page.clock.install();
  await signInAsDemo(page);
  await page.goto('/account');
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  const notice = page.getByText('You are offline. Your changes are kept here');
  await page.context().setOffline(true);
  await notice.waitFor();
  await page.context().setOffline(false);
  await notice.waitFor({ state: 'detached' });

  // The network is there, and the platform is not.
  await page.route('**/health/live', (route) => route.abort());
  await page.clock.runFor(30_000);
  await notice.waitFor();
  await page.unroute('**/health/live');
  await page.clock.runFor(8_000);
  await notice.waitFor({ state: 'detached' });
});

test('keys lead through a canvas, are listed with ?, and can be switched off', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A post office for slow letters');
  const focused = (section: string) => page.locator(`[data-block="${section}"]:focus`).waitFor();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.getByText('Add an item to the block').waitFor();
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  await page.keyboard.press('1');
  await focused('keyPartners');
  await page.keyboard.press('ArrowRight');
  await focused('keyActivities');
  await page.keyboard.press('ArrowDown');
  await focused('keyResources');
  const before = await itemsOf(page, 'Key resources').count();
  await page.keyboard.press('a');
  await page.keyboard.type('Ink');
  await page.keyboard.press('Escape');
  // Escape restored the empty item, which disappeared.
  expect(await itemsOf(page, 'Key resources').count()).toBe(before);
  await page.keyboard.press('3');
  await page.keyboard.press('Enter');
  await block(page, 'Value propositions').locator('[data-item]:focus').waitFor();
  await page.keyboard.press('Escape');
  await focused('valuePropositions');
  await page.keyboard.press('r');
  await page.getByRole('complementary', { name: 'Suggestions for Value propositions' }).waitFor();
  await page.keyboard.press('Escape');
  await focused('valuePropositions');
  await page.keyboard.press('h');
  await page.getByRole('complementary', { name: 'History' }).waitFor();

  await page.getByRole('link', { name: 'Canvases' }).click();
  await page.getByRole('heading', { name: 'Canvases' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('slow letters');
  await page.getByText('1 canvas found').waitFor({ state: 'attached' });

  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByLabel('Single-letter shortcuts').uncheck();
  await page.getByRole('link', { name: 'Canvases' }).click();
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('/');
  expect(await page.locator('[data-search]:focus').count()).toBe(0);
});

test('a new version of the page is offered, and a card grows into its canvas', async () => {
  const page = await open({ reducedMotion: 'no-preference' });
  await signInAsDemo(page);
  await drawCanvas(page, 'A market for moss');
  await page.goto('/canvases');
  await page.getByRole('link', { name: /A market for moss/ }).click();
  await itemsOf(page, 'Channels').first().waitFor();

  await page.clock.install();
  let version = 'one';
  await page.route('**/health', (route) => route.fulfill({ json: { status: 'ok', version } }));
  await page.goto('/account');
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  const first = page.waitForResponse('**/health');
  await page.clock.runFor(20_000);
  await first;
  version = 'two';
  await page.clock.runFor(300_000);
  const notice = page.getByText('A new version is available.');
  await notice.waitFor();
  await page.getByRole('button', { name: 'Reload' }).click();
  await notice.waitFor({ state: 'detached' });
});
