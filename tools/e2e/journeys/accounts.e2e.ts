import { startTestMailServer } from '@valuecanvas/testing';
import { expect, inject, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { signInAsDemo } from '../src/steps.ts';

const { open, expectFault } = openBrowser();

test('a new account is created on the page that needs it, and signing out ends its session', async () => {
  const page = await open();
  await page.goto('/account');
  await page.waitForURL(/\/signin\?next=/);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail').fill('founder@example.com');
  await page.getByLabel('Password').fill('a-long-password');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.waitForURL('**/account');
  await page.getByText('founder@example.com').waitFor();
  await page.getByRole('link', { name: 'Canvases' }).click();
  await page.getByText('Your canvases will be here').waitFor();

  await page.goto('/account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  await page.goto('/canvases');
  await page.waitForURL(/\/signin/);
});

test('a wrong password and a taken address are refused with an explanation', async () => {
  expectFault(/status of (401|422)/);
  const page = await open();
  await page.goto('/signin');
  await page.getByLabel('E-mail').fill('demo@valuecanvas.local');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('The e-mail address or password is incorrect.').waitFor();
  expect(await page.getByLabel('E-mail').inputValue()).toBe('demo@valuecanvas.local');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Password').fill('another password');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByText('This address cannot be used.').waitFor();
});

test('a user who forgot the password sets a new one with the link of a mail, once', async () => {
  expectFault(/status of (401|422)/);
  const mail = await startTestMailServer({ port: inject('mailPort') });
  try {
    const page = await open();
    const email = 'forgetful@example.com';
    await page.goto('/signup');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('a-long-password');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByRole('heading', { name: 'Canvases' }).waitFor();

    const elsewhere = await open();
    await elsewhere.goto('/signin');
    await elsewhere.getByRole('link', { name: 'Forgot your password?' }).click();
    await elsewhere.getByLabel('E-mail').fill(email);
    await elsewhere.getByRole('button', { name: 'Send the link' }).click();
    await elsewhere.getByText(`If ${email} has an account`).waitFor();
    await expect.poll(() => mail.mails.length, { timeout: 30_000 }).toBe(1);
    const link = /http\S+\/reset#\S+/.exec(mail.mails[0]?.text ?? '')?.[0] ?? '';

    await elsewhere.goto(link);
    await elsewhere.getByLabel('New password', { exact: true }).fill('another-password');
    expect(elsewhere.url()).toMatch(/\/reset$/);
    await elsewhere.getByLabel('New password, once more').fill('a different one');
    await elsewhere.getByRole('button', { name: 'Save the password' }).click();
    await elsewhere.getByText('The two passwords differ.').waitFor();
    await elsewhere.getByLabel('New password', { exact: true }).fill('another-password');
    await elsewhere.getByLabel('New password, once more').fill('another-password');
    await elsewhere.getByRole('button', { name: 'Save the password' }).click();
    await elsewhere.getByText('Your new password is saved.').waitFor();
    await elsewhere.getByRole('link', { name: 'Sign in' }).last().click();
    await elsewhere.getByLabel('E-mail').fill(email);
    await elsewhere.getByLabel('Password').fill('another-password');
    await elsewhere.getByRole('button', { name: 'Sign in', exact: true }).click();
    await elsewhere.getByRole('heading', { name: 'Canvases' }).waitFor();

    await page.goto('/canvases');
    await page.waitForURL(/\/signin/);
    await page.goto(link);
    await page.getByLabel('New password', { exact: true }).fill('a third password');
    await page.getByLabel('New password, once more').fill('a third password');
    await page.getByRole('button', { name: 'Save the password' }).click();
    await page.getByText('This link does not work').waitFor();
  } finally {
    await mail.stop();
  }
});

test('a chosen theme is applied before the first paint of the next visit', async () => {
  const page = await open({ colorScheme: 'light' });
  await signInAsDemo(page);
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByLabel('Dark').check();
  await page.reload({ waitUntil: 'commit' });
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
    'rgb(20, 19, 17)',
  );
});

test('an address that does not exist says so', async () => {
  const page = await open();
  await page.goto('/nothing/here');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
});

test('a user creates an API key, which works until the user revokes it, and is shown once', async () => {
  const page = await open();
  await signInAsDemo(page);
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Create a key' }).click();
  await page.keyboard.type('Report script');
  await page.getByLabel('Evaluate feature flags').check();
  await page.getByRole('button', { name: 'Create a key' }).click();
  const field = page.getByLabel('Key', { exact: true });
  await field.waitFor();
  const key = await field.inputValue();
  expect(await page.evaluate('getSelection().toString()')).toBe(key);
  const models = async () =>
    (await page.request.get('/v1/models', { headers: { 'x-api-key': key, cookie: '' } })).status();
  expect(await models()).toBe(200);

  await page.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByText(key.slice(0, 11)).waitFor();
  expect(await page.getByText(key).count()).toBe(0);
  await page.getByRole('button', { name: 'Revoke the key Report script' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke the key' }).click();
  await page.getByText('You have no API keys.').waitFor();
  expect(await models()).toBe(401);
});

test('a user downloads the own data, and deletes the account after typing its address and password', async () => {
  expectFault(/status of 422/);
  const page = await open();
  await page.goto('/signup?next=/account');
  await page.getByLabel('E-mail').fill('leaver@example.com');
  await page.getByLabel('Password').fill('a-long-password');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.waitForURL('**/account');

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download my data' }).click();
  expect((await download).suggestedFilename()).toMatch(/^valuecanvas-.*\.json$/);

  await page.getByRole('button', { name: 'Delete my account…' }).click();
  await page.getByLabel('Type leaver@example.com to confirm').fill('leaver@example.com');
  await page.getByLabel('Your password').fill('not the password');
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await page.getByText('Nothing was deleted.').waitFor();
  await page.getByLabel('Type leaver@example.com to confirm').fill('leaver@example.com');
  await page.getByLabel('Your password').fill('a-long-password');
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  await page.goto('/account');
  await page.waitForURL(/\/signin/);
});
