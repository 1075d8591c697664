import { randomUUID } from 'node:crypto';
import type { Attack } from './attack.ts';
import { at, textAt } from './fields.ts';
import type { Person } from './people.ts';
import type { Target } from './target.ts';

interface BrowserSession {
  /** The cookie as the browser returns it. */
  readonly cookie: string;
  /** The set-cookie header, attributes included. */
  readonly set: string;
  readonly csrfToken: string;
}

/** Cookie sessions, and cross-site requests. */
export async function attackBrowserSessions({ target, check, alice, bob }: Attack): Promise<void> {
  let sessions: { readonly own: BrowserSession; readonly other: BrowserSession } | undefined;
  await check("a session's cookie is inaccessible to scripts and other sites", async (found) => {
    sessions = { own: await openSession(target, alice), other: await openSession(target, bob) };
    const { set } = sessions.own;
    if (!/;\s*httponly/i.test(set)) found(`it is not HttpOnly: ${attributesOf(set)}`);
    if (!/;\s*samesite=(?:lax|strict)/i.test(set)) found(`it is sent from other sites: ${attributesOf(set)}`);
    if (/;\s*domain=/i.test(set)) found(`it is shared with other hosts: ${attributesOf(set)}`);
    const prefixed = set.startsWith('__Host-') && /;\s*secure/i.test(set) && /;\s*path=\/(?:;|$)/i.test(set);
    if (new URL(target.url).hostname !== 'localhost' && !prefixed)
      found(`it is not bound to its host: ${attributesOf(set)}`);
    return attributesOf(set);
  });
  if (!sessions) return;
  const { own, other } = sessions;
  const makeKey = (headers: Record<string, string>) =>
    target.send({
      method: 'POST',
      path: '/api/keys',
      headers: { cookie: own.cookie, ...headers },
      body: { name: 'probe', scopes: ['llm'] },
    });
  await check('a page of another site cannot change anything with the cookie', async (found) => {
    const right = await makeKey({ 'x-csrf-token': own.csrfToken });
    if (right.status !== 201) found(`the session's own token is refused: ${right.status}`);
    const wrong = {
      'no token': {},
      'an empty token': { 'x-csrf-token': '' },
      'a made-up token': { 'x-csrf-token': randomUUID() },
      "another session's token": { 'x-csrf-token': other.csrfToken },
      'a token cut short': { 'x-csrf-token': own.csrfToken.slice(0, -1) },
      'a token in a cookie': { cookie: `${own.cookie}; x-csrf-token=${own.csrfToken}` },
    };
    for (const [what, headers] of Object.entries(wrong)) {
      const { status, json } = await makeKey(headers);
      if (status !== 403 || at(json, 'code') !== 'CSRF_FAILED') found(`${what}: answered ${status}`);
    }
    return `403 to ${Object.keys(wrong).length} tokens`;
  });
  await check('a form of another site cannot open a session', async (found) => {
    const form = `email=${alice.email}&password=${alice.password}`;
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, headers } = await target.send({
      method: 'POST',
      path: '/auth/session',
      headers: type,
      body: form,
    });
    if (status < 400 || 'set-cookie' in headers) found(`answered ${status}`);
    return String(status);
  });
  await check('an invented or modified cookie is refused', async (found) => {
    const [name = '', value = ''] = own.cookie.split('=');
    for (const cookie of [
      `${name}=${randomUUID()}`,
      `${name}=${value.slice(0, -4)}AAAA`,
      `${name}=`,
      `${name}=%00`,
    ]) {
      const { status } = await target.send({ path: '/api/canvas', headers: { cookie } });
      if (status !== 401) found(`${cookie.slice(0, 30)}… answered ${status}`);
    }
    return '401 to 4 cookies';
  });
  await check('the cookie of an ended session is refused', async (found) => {
    const headers = { cookie: own.cookie };
    await target.send({ method: 'DELETE', path: '/auth/session', headers });
    const still = await target.send({ path: '/auth/session', headers });
    if (still.status !== 200) found(`a page without the token has ended the session: ${still.status}`);
    const csrf = { ...headers, 'x-csrf-token': own.csrfToken };
    const ended = await target.send({ method: 'DELETE', path: '/auth/session', headers: csrf });
    if (ended.status !== 204) found(`ending it answered ${ended.status}`);
    for (const path of ['/auth/session', '/api/canvas']) {
      const { status } = await target.send({ path, headers });
      if (status !== 401) found(`GET ${path} answered ${status}`);
    }
    return '401';
  });
}

/** Opens a cookie session. */
export async function openSession(target: Target, { email, password }: Person): Promise<BrowserSession> {
  const opened = await target.send({ method: 'POST', path: '/auth/session', body: { email, password } });
  const set = opened.headers['set-cookie']?.find((cookie) => cookie.includes('vc_session='));
  if (!set) throw new Error(`no cookie in an answer with status ${opened.status}`);
  const [cookie = ''] = set.split(';');
  const session = await target.send({ path: '/auth/session', headers: { cookie } });
  return { cookie, set, csrfToken: textAt(session, 'data', 'csrfToken') };
}

/** Returns the cookie without its value. */
function attributesOf(set: string): string {
  return set.replace(/=[^;]*/, '');
}
