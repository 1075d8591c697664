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

test('an admin finds a user, reads what a change means, and undoes it', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.goto('/console/users');
  await page.getByLabel('Part of the e-mail').fill('DEMO@');
  await page.keyboard.press('Enter');
  await page.waitForURL(/email=DEMO/);
  await page.getByRole('link', { name: 'demo@valuecanvas.local' }).click();
  await page.getByRole('heading', { name: 'demo@valuecanvas.local' }).waitFor();
  await page
    .getByText(/% of \$/)
    .first()
    .waitFor();

  const change = async (role: string, effect: RegExp) => {
    await page.getByRole('button', { name: 'Change…' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByLabel('Role').selectOption(role);
    await dialog.getByText(effect).waitFor();
    await dialog.getByRole('button', { name: 'Change demo@valuecanvas.local' }).click();
    await page.getByText(`and the role ${role}.`).first().waitFor();
  };
  await change('operator', /Takes effect with the next access token/);
  await change('user', /All sessions of demo@valuecanvas.local end now/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('has the earlier tier and role again').first().waitFor();
  await change('user', /All sessions/);
});
