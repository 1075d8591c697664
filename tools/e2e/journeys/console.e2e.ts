import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { signInAs, signInAsDemo } from '../src/steps.ts';

const { open } = openBrowser();

test('one click as the admin of a local platform leads to the console, and its keys lead to the screens', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByText('2 of 2').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: 'Providers' }).waitFor();
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
});

test('an admin empties the cache after reading what that means, and the page says how much it removed', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.getByRole('link', { name: 'Providers', exact: true }).click();
  await page.getByRole('button', { name: 'Empty the cache…' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('cannot be brought back').waitFor();
  await dialog.getByLabel('Reason').fill('Prices have changed – again');
  await dialog.getByRole('button', { name: 'Remove all answers' }).click();
  await page
    .getByText(/answers? (was|were) removed/)
    .first()
    .waitFor();
});

test('a user without a role does not see the console, and its address says what is missing', async () => {
  const page = await open();
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  await signInAsDemo(page);
  expect(await page.getByRole('link', { name: 'Console' }).count()).toBe(0);
  expect(requested.filter((path) => /console|overview|providers/.test(path))).toEqual([]);
  await page.goto('/console/providers');
  await page.getByRole('heading', { name: 'You cannot see this screen' }).waitFor();
});
