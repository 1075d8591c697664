import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { drawCanvas, signInAs, signInAsDemo } from '../src/steps.ts';

const password = 'a-long-password';

/** Creates an account. Returns the headers that authenticate its calls of the API, and its ID. */
async function signUp(
  page: Page,
  email: string,
): Promise<{ headers: { authorization: string }; id: string }> {
  const response = await page.request.post('/auth/v1/signup', { data: { email, password } });
  const { access_token: token, user } = await response.json();
  return { headers: { authorization: `Bearer ${token}` }, id: user.id };
}

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
  await dialog.getByText('cannot be recovered').waitFor();
  await dialog.getByLabel('Reason').fill('Prices have changed – again');
  await dialog.getByRole('button', { name: 'Delete all answers' }).click();
  await page
    .getByText(/answers? (was|were) deleted/)
    .first()
    .waitFor();
});

test('j and k move between the rows of a table, and Enter opens one', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.goto('/console/users');
  await page.getByRole('link', { name: 'demo@valuecanvas.local' }).waitFor();
  const focusedRow = () => page.evaluate<string>('document.activeElement.innerText');
  const addresses = await page.getByRole('rowheader').allInnerTexts();
  await page.keyboard.press('j');
  expect(await focusedRow()).toContain(addresses[0]);
  await page.keyboard.press('k');
  expect(await focusedRow()).toContain(addresses[0]);
  await page.keyboard.press('j');
  expect(await focusedRow()).toContain(addresses[1]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: addresses[1] ?? '', level: 1 }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Go to the next or previous row').waitFor();
});

test('an admin closes all breakers, which is then among their changes in the last hour', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.goto('/console/providers');
  const changes = page.getByRole('region', { name: 'Breaker changes in the last hour' });
  await changes.waitFor();
  await page.getByRole('button', { name: 'Close breakers…' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Close all breakers' }).click();
  await changes.getByText('An operator closed all breakers.').waitFor();
});

test('a user without a role does not see the console, and its address says what is missing', async () => {
  const page = await open();
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  await signInAsDemo(page);
  expect(await page.getByRole('link', { name: 'Console' }).count()).toBe(0);
  expect(requested.filter((path) => /console|overview|providers/.test(path))).toEqual([]);
  await page.goto('/console/providers');
  await page.getByRole('heading', { name: 'You do not have access to this screen' }).waitFor();
});

test('an admin finds a user, reads what a change means, and undoes it', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.goto('/console/users');
  await page.getByLabel('Search by e-mail').fill('DEMO@');
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
  await change('operator', /Takes effect with the user’s next access token/);
  await change('user', /All sessions of demo@valuecanvas.local end now/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('has the previous tier and role again').first().waitFor();
  await change('user', /All sessions/);
});

test('an admin revokes the API key of a user, which is refused from then on', async () => {
  const page = await open();
  const { headers, id } = await signUp(page, 'key-owner@example.com');
  const created = await page.request.post('/api/keys', {
    headers,
    data: { name: 'Nightly', scopes: ['llm'] },
  });
  const { key } = (await created.json()).data;
  const models = async () =>
    (await page.request.get('/v1/models', { headers: { 'x-api-key': key } })).status();
  expect(await models()).toBe(200);

  await signInAs(page, 'the admin');
  await page.goto(`/console/users/${id}`);
  await page.getByRole('button', { name: 'Revoke the API key Nightly' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('cannot be restored').waitFor();
  await dialog.getByLabel('Reason').fill('It was in a public repository');
  await dialog.getByRole('button', { name: 'Revoke the key' }).click();
  await page.getByText('The API key “Nightly” was revoked.').first().waitFor();
  await page.getByText('This user has no API keys.').waitFor();
  expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('API keys');
  await expect.poll(models, { timeout: 40_000, interval: 1_000 }).toBe(401);
});

test('an admin creates a password link, which the page shows once and the user sets a new password with', async () => {
  const page = await open();
  const email = 'locked-out@example.com';
  const { id } = await signUp(page, email);
  await signInAs(page, 'the admin');
  await page.goto(`/console/users/${id}`);
  await page.getByRole('button', { name: 'Password link…' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('can take over the account').waitFor();
  await dialog.getByRole('button', { name: 'Create the link' }).click();
  const field = page.getByLabel('Link', { exact: true });
  await field.waitFor();
  const link = await field.inputValue();
  await expect.poll(() => page.evaluate('getSelection().toString()')).toBe(link);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => field.count()).toBe(0);
  expect(page.url()).not.toContain('edit=');

  const elsewhere = await open();
  await elsewhere.goto(link);
  await elsewhere.getByLabel('New password', { exact: true }).fill('another-password');
  await elsewhere.getByLabel('New password, once more').fill('another-password');
  await elsewhere.getByRole('button', { name: 'Save the password' }).click();
  await elsewhere.getByText('Your new password is saved.').waitFor();
  const signIn = { data: { email, password: 'another-password' } };
  const answer = await elsewhere.request.post('/auth/v1/token?grant_type=password', signIn);
  expect(answer.status()).toBe(200);
});

test('an admin deletes a user after typing the address, and finds the reason in the audit log', async () => {
  const page = await open();
  const email = 'deleted@example.com';
  const { headers, id } = await signUp(page, email);
  await signInAs(page, 'the admin');
  await page.goto(`/console/users/${id}`);
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('A deletion cannot be undone.').waitFor();
  const confirm = dialog.getByRole('button', { name: 'Delete the user' });
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByLabel(`Type ${email} to confirm`).fill(email);
  await dialog.getByLabel('Reason').fill('Asked for it by letter');
  await confirm.click();
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  await page.getByText(`${email} was deleted.`).first().waitFor();
  await page.getByRole('link', { name: 'demo@valuecanvas.local' }).waitFor();
  expect(await page.getByRole('link', { name: email }).count()).toBe(0);
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
  await expect
    .poll(async () => (await page.request.get('/auth/v1/user', { headers })).status(), {
      timeout: 40_000,
      interval: 1_000,
    })
    .toBe(401);

  await page.goto(`/console/audit?kind=user&target=${id}`);
  await page.getByText('Asked for it by letter').waitFor();
});

test('an operator cannot delete the own account in the console', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  await page.goto('/console/users?role=admin');
  await page.getByRole('link', { name: 'admin@valuecanvas.local' }).click();
  await page.getByRole('button', { name: 'Password link…' }).waitFor();
  expect(await page.getByRole('button', { name: 'Delete…' }).count()).toBe(0);
});

test('an admin acknowledges an alert of the platform, and the acknowledgement stays after a reload', async () => {
  const spender = await open();
  await signInAsDemo(spender);
  await drawCanvas(spender, 'A repair shop for old radios');

  const page = await open();
  await signInAs(page, 'the admin');
  await page.goto('/console/alerts');
  const alert = page.getByRole('row', { name: /The platform has spent/ });
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return await alert.count();
      },
      { timeout: 30_000 },
    )
    .toBe(1);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByRole('region', { name: 'Selection' }).getByText('1 selected').waitFor();
  await page.keyboard.press('x');
  await expect.poll(() => page.getByRole('region', { name: 'Selection' }).count()).toBe(0);
  await page.getByRole('checkbox', { name: 'Select all' }).check();
  await page.getByRole('button', { name: 'Acknowledge 1 alert' }).click();
  await page.getByText('Acknowledged.').first().waitFor();
  await alert.getByText(/^By you, /).waitFor();
  await page.reload();
  await alert.getByText(/^By you, /).waitFor();
  expect(await page.getByRole('button', { name: /^Acknowledge:/ }).count()).toBe(0);
});

test('alerts that arrive while an operator reads wait behind a button, and are then acknowledged together', async () => {
  const page = await open();
  await signInAs(page, 'the admin');
  const alertOf = (id: number) => ({
    id: `00000000-0000-4000-8000-00000000000${id}`,
    type: 'COST_THRESHOLD',
    level: 'critical',
    period: 'day',
    threshold: 500,
    actual: 500 + id,
    message: `Alert ${id}`,
    createdAt: new Date(0).toISOString(),
    acknowledged: false,
  });
  let alerts = [alertOf(1)];
  const acknowledged: string[] = [];
  await page.route('**/api/admin/alerts', (route) =>
    route.fulfill({ json: { success: true, data: { alerts } } }),
  );
  await page.route('**/api/admin/alerts/*/acknowledge', async (route) => {
    acknowledged.push(route.request().url().split('/').at(-2) ?? '');
    await route.fulfill({ json: { success: true, data: alerts[0] } });
  });
  await page.clock.install();
  await page.goto('/console/alerts');
  const rows = page.getByRole('row', { name: /Alert \d/ });
  await rows.first().waitFor();
  alerts = [alertOf(3), alertOf(2), alertOf(1)];
  await page.clock.fastForward(61_000);
  await page.getByRole('button', { name: '2 new' }).waitFor();
  expect(await rows.count()).toBe(1);
  await page.getByRole('button', { name: '2 new' }).click();
  await expect.poll(() => rows.count()).toBe(3);
  expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Alerts');
  await page.getByRole('checkbox', { name: 'Select: Alert 1' }).check();
  await page.getByRole('checkbox', { name: 'Select: Alert 3' }).check();
  await page.getByRole('button', { name: 'Acknowledge 2 alerts' }).click();
  await page.getByText('2 alerts acknowledged.').first().waitFor();
  expect(acknowledged).toEqual([alertOf(3).id, alertOf(1).id]);
});

test('an operator finds a failed job, reads what a redrive costs, and follows the job that runs again', async () => {
  const page = await open();
  const { headers } = await signUp(page, `jobs-${Date.now()}@example.com`);
  const submitted = await page.request.post('/api/queue/llm', {
    headers,
    data: { type: 'custom_prompt', prompt: 'Why?', model: 'a/model-without-a-provider' },
  });
  const { jobId } = (await submitted.json()).data;
  await expect
    .poll(
      async () => (await (await page.request.get(`/api/queue/llm/${jobId}`, { headers })).json()).data.status,
    )
    .toBe('failed');
  await signInAs(page, 'the admin');
  await page.goto('/console/queue?status=failed');
  const row = page.getByRole('row', { name: jobId });
  await row.waitFor();
  await page.getByText('MODEL_NOT_FOUND').first().waitFor();
  await row.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Redrive 1 job' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('Estimated cost: $0.00').waitFor();
  await dialog.getByRole('button', { name: 'Run again' }).click();
  await page.getByText('1 job runs again.').first().waitFor();
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: 'Refresh', exact: true }).last().click();
      return row.innerText();
    })
    .toContain('Failed (redriven)');
  expect(await page.getByRole('row', { name: 'custom_prompt' }).count()).toBe(1);
});
