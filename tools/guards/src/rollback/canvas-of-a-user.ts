import assert from 'node:assert/strict';

const demoUser = { email: 'demo@valuecanvas.local', password: 'demo-password' };

/** Creates a canvas of the demo user and returns its path. */
export async function createCanvas(url: string): Promise<string> {
  const body = { businessDescription: 'A bakery', channels: ['Revision 1'] };
  const { data } = await call(url, '/api/canvas', { method: 'POST', body });
  return `/api/canvas/${data.id}`;
}

/** Reads the canvas, expects the latest edit, and adds one. */
export async function editCanvas(url: string, path: string): Promise<void> {
  const { data } = await call(url, path);
  const revision = data.revision as number;
  assert.deepEqual(data.channels, [`Revision ${revision}`], 'the canvas has the latest edit');
  await call(url, path, { method: 'PUT', body: { revision, channels: [`Revision ${revision + 1}`] } });
}

async function call(
  url: string,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<{ readonly data: Readonly<Record<string, unknown>> }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await signIn(url)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${await response.clone().text()}`);
  return (await response.json()) as { data: Record<string, unknown> };
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(demoUser),
  });
  assert.ok(response.ok, `signing in answered ${response.status}`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}
