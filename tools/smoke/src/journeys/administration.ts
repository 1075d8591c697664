import { randomUUID } from 'node:crypto';
import { isRecord } from '../api.ts';
import { eventually } from '../eventually.ts';
import { expect, number } from '../expectations.ts';
import type { Credentials } from '../settings.ts';
import type { Smoke } from '../smoke.ts';
import { type Account, logIn } from './accounts.ts';

export async function checkAdministration(
  smoke: Smoke,
  credentials: Credentials,
  user: Account,
): Promise<void> {
  const { api, check } = smoke;
  await check('a user cannot use routes of administrators', () =>
    api.send('/api/admin/users', { token: user.token, status: 403 }),
  );
  const session = await check(`${credentials.email} logs in`, () => logIn(smoke, credentials));
  if (!session) return;
  const { token } = session.account;
  await check('an admin finds a user', async () => {
    const users = await api.list(`/api/admin/users?email=${encodeURIComponent(user.email)}`, { token });
    expect(
      users.some(({ id }) => id === user.id),
      'the user is in the list',
    );
  });
  await check('an admin activates a version of a prompt', async () => {
    const active = await api.data('/api/prompts/canvas.refine', { token });
    const path = `/api/prompts/versions/canvas.refine/${number(active, 'version')}/activate`;
    const { status } = await api.data(path, { method: 'POST', token });
    expect(status === 'active', 'the version is active');
  });
  await checkKillSwitch(smoke, token, user);
}

/** Uses a new flag, so that no flag of the deployment changes. */
async function checkKillSwitch({ api, check }: Smoke, token: string, user: Account): Promise<void> {
  const key = `smoke-${randomUUID()}`;
  const path = `/api/flags/${key}`;
  const isOn = async () => {
    const { flags } = await api.data('/api/flags/evaluate', { token: user.token });
    expect(isRecord(flags), 'flags is an object');
    return isRecord(flags[key]) && flags[key].enabled === true;
  };
  const soon = { withinMs: 1_000, everyMs: 25 };
  const made = await check('a new flag is on for a user within a second', async () => {
    const body = { key, enabled: true, rolloutPercentage: 100 };
    await api.data('/api/flags', { method: 'POST', token, body, status: 201 });
    return eventually(isOn, (on) => on, { ...soon, what: 'the flag is on' });
  });
  if (!made) return;
  await check('switched off, it is off within a second', async () => {
    // The type that `curl -d` sends, as in the deployment checklist.
    const contentType = 'application/x-www-form-urlencoded';
    await api.data(path, { method: 'PUT', token, body: { enabled: false }, contentType });
    await eventually(isOn, (on) => !on, { ...soon, what: 'the flag is off' });
  });
  await check('it is deleted', () => api.send(path, { method: 'DELETE', token, status: 204 }));
}
