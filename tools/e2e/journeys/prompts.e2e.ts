import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { signInAs } from '../src/steps.ts';

const { open } = openBrowser();

/** Signs in as the admin and stores versions of a prompt with these templates. Returns the headers for calls of the API. */
async function withVersions(page: Page, promptKey: string, templates: readonly string[]) {
  await signInAs(page, 'the admin');
  const session = await (await page.request.get('/auth/session')).json();
  const headers = { 'x-csrf-token': session.data.csrfToken };
  for (const template of templates) {
    const data = { promptKey, template, variables: ['name'] };
    const response = await page.request.post('/api/prompts/versions', { headers, data });
    expect(response.status()).toBe(201);
  }
  return headers;
}

test('an operator reads what changes between two versions, and activates the new one', async () => {
  const page = await open();
  await withVersions(page, 'letters.hello', [
    'Write to {{name}}.\nBe brief.',
    'Write to {{name}}.\nBe kind and brief.',
  ]);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('link', { name: 'letters.hello' }).click();
  await page.getByRole('heading', { name: 'letters.hello' }).waitFor();
  await page.getByRole('button', { name: 'Move a label to v1' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('within a second').waitFor();
  await dialog.getByRole('button', { name: 'Activate v1' }).click();
  await page.getByText('production now points at v1.').first().waitFor();

  await page.getByRole('link', { name: 'v2', exact: true }).click();
  await page.getByText('Be kind and brief.').waitFor();
  await page.getByRole('link', { name: 'Compare versions' }).click();
  const text = page.getByRole('region', { name: 'Text' });
  await text.getByText('Be brief.').waitFor();
  expect(await text.locator('strong').allInnerTexts()).toEqual([expect.stringContaining('kind')]);
  await page.getByText('Variables and parameters are the same.').waitFor();
  await page.getByRole('link', { name: 'Back to the prompt' }).click();

  await page.getByRole('button', { name: 'Move production' }).click();
  await dialog.getByLabel('Version').selectOption('2');
  await dialog.getByLabel('Reason').fill('Kinder');
  await dialog.getByRole('button', { name: 'Activate v2' }).click();
  await page.getByText('production now points at v2.').first().waitFor();
  await page.getByRole('button', { name: 'History of production' }).click();
  const history = page.getByRole('table', { name: 'History of production in default' });
  await history.getByRole('row', { name: /v1 v2 you Kinder/ }).waitFor();
});

test('a protected label moves after a second person has approved the proposal', async () => {
  const page = await open();
  const headers = await withVersions(page, 'letters.goodbye', ['Part from {{name}}.', 'Leave {{name}}.']);
  await page.goto('/console/prompts/letters.goodbye');
  await page.getByRole('button', { name: 'Move a label to v1' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Label').fill('staging');
  await dialog.getByRole('button', { name: 'Move staging to v1' }).click();
  await page.getByText('staging now points at v1.').first().waitFor();
  await page.getByRole('button', { name: 'Protect staging' }).click();
  await dialog.getByRole('button', { name: 'Protect the label' }).click();
  await page.getByText('staging is protected.').first().waitFor();

  await page.getByRole('button', { name: 'Move staging' }).click();
  await dialog.getByText('The label is protected').waitFor();
  await dialog.getByLabel('Version').selectOption('2');
  await dialog.getByRole('button', { name: 'Propose staging for v2' }).click();
  await page.getByText('A second person must approve your proposal.').waitFor();
  expect(await page.getByRole('button', { name: 'Approve staging for v2' }).count()).toBe(0);

  const account = { email: 'second-person@example.com', password: 'a-long-password' };
  const second = await open();
  const { user } = await (await second.request.post('/auth/v1/signup', { data: account })).json();
  const data = { role: 'operator' };
  expect((await page.request.put(`/api/admin/users/${user.id}`, { headers, data })).status()).toBe(200);
  expect((await second.request.post('/auth/session', { data: account })).status()).toBe(201);
  await second.goto('/console/prompts/letters.goodbye');
  await second.getByRole('button', { name: 'Approve staging for v2' }).click();
  await second.getByText('Approved: staging now points at v2.').first().waitFor();
  await expect.poll(() => second.getByRole('table', { name: 'Proposed moves' }).count()).toBe(0);
  await second.getByRole('button', { name: 'History of staging' }).click();
  await second.getByRole('cell', { name: /approved by you/ }).waitFor();
});
