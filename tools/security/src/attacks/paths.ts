import { randomUUID } from 'node:crypto';
import type { Attack } from './attack.ts';
import { textAt } from './fields.ts';

/** Paths that try to reach internal routes. */
const inside = [
  '/internal',
  '//internal',
  '/internal/',
  '/internal/prompts',
  '/internal/flags',
  '/internal/budgets',
  '/internal/completions',
  '/INTERNAL/flags',
  '/api/canvas/..%2f..%2finternal',
  '/api/canvas/%2e%2e/%2e%2e/internal',
  '/api/canvas/../../internal',
  '/api/canvas/..%5c..%5cinternal',
  '/api/canvas/..;/..;/internal',
  '/api/canvas%2f..%2f..%2finternal',
  '/api/llm/%252e%252e/%252e%252e/internal',
  '/api/llm/..%c0%af..%c0%afinternal',
  '/api/docs/..%2f..%2fpackage.json',
  '/api/docs/%2e%2e%2f%2e%2e%2fpackage.json',
  '/api/docs/%2fetc%2fpasswd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/api/canvas/%00',
  '/metrics',
  '//metrics',
  '/health/../metrics',
  '/health/%2e%2e/metrics',
  '/.env',
  '/.git/config',
  '/debug/pprof',
  'http://127.0.0.1:9100/metrics',
  'http://169.254.169.254/latest/meta-data/',
  'http://probe.example/internal',
  '@probe.example/internal',
  '*',
];

/** Paths that try to bypass the authorization of an administrators' route. */
const around = [
  '/API/ADMIN/users',
  '/api/admin/Users',
  '//api/admin/users',
  '/api//admin/users',
  '/api/./admin/users',
  '/api/admin/users/',
  '/api/admin/users%2f',
  '/api/admin%2fusers',
  '/api/%61dmin/users',
  '/api/admin/users;x=1',
  '/api/admin/users%00',
  '/api/canvas/../admin/users',
  '/api/canvas/%2e%2e/admin/users',
];

/** Ambiguous paths and methods. */
export async function attackPaths({ target, check, alice, bob }: Attack): Promise<void> {
  await check('no path reaches internal routes or leaves the platform', async (found) => {
    for (const path of inside) {
      const { status } = await target.send({ path, token: bob.token });
      if (status !== 404 && status !== 400) found(`GET ${path} answered ${status}`);
    }
    return `404 or 400 to ${inside.length} paths`;
  });
  await check('no spelling of a path bypasses authorization', async (found) => {
    for (const path of around) {
      const { status } = await target.send({ path, token: bob.token });
      if (![400, 403, 404].includes(status)) found(`GET ${path} answered ${status}`);
    }
    return `${around.length} spellings`;
  });
  await check('TRACE and CONNECT are not answered', async (found) => {
    const mark = randomUUID();
    const { host } = new URL(target.url);
    for (const line of [`TRACE /health`, `TRACE /api/canvas`, `CONNECT ${host}`, 'CONNECT 127.0.0.1:22']) {
      const raw = await target.sendRaw(`${line} HTTP/1.1\r\nhost: ${host}\r\nx-probe: ${mark}\r\n\r\n`);
      if (raw.statuses.some((status) => status < 400)) found(`${line} answered ${raw.statuses.join(', ')}`);
      if (raw.text.includes(mark)) found(`${line} echoes the request`);
    }
    return '4 requests';
  });
  await check('a method cannot be overridden', async (found) => {
    const body = { name: 'probe', scopes: ['llm'] };
    const key = await target.send({ method: 'POST', path: '/api/keys', token: alice.token, body });
    const id = textAt(key, 'data', 'id');
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const headers = { [name]: 'DELETE' };
      await target.send({
        method: 'POST',
        path: `/api/keys/${id}?_method=DELETE`,
        token: alice.token,
        headers,
      });
      await target.send({ path: `/api/keys/${id}?_method=DELETE`, token: alice.token, headers });
    }
    const { text } = await target.send({ path: '/api/keys', token: alice.token });
    if (!text.includes(id)) found('a POST or GET has deleted an API key');
    return '3 headers and a parameter';
  });
}
