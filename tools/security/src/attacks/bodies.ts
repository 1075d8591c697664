import type { Attack } from './attack.ts';
import { each } from './each.ts';
import { markup } from './leaks.ts';
import { questionOf } from './operations.ts';

const text = (pieces: string) => Buffer.from(pieces);

/** Bodies that no route accepts. */
const rubbish: Readonly<Record<string, Uint8Array>> = {
  'deep nesting': text(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
  'deep objects': text(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
  __proto__: text('{"__proto__":{"role":"admin","isAdmin":true}}'),
  'constructor.prototype': text('{"constructor":{"prototype":{"role":"admin"}}}'),
  'invalid UTF-8': Buffer.concat([text('{"prompt":"'), Buffer.from([0xc3, 0x28, 0xff]), text('"}')]),
  'half a document': text('{"prompt":"'),
  'a list': text('[]'),
  null: text('null'),
  'a number too large': text('1e999'),
  'an operator as a value': text('{"email":{"$ne":null},"password":{"$ne":null},"revision":{"$gt":0}}'),
  'a null character': text('{"name":"\\u0000","prompt":"\\u0000","email":"\\u0000"}'),
  'SQL and markup': text(
    JSON.stringify({ name: `'; drop table users; --`, prompt: 7, email: markup, [markup]: 1 }),
  ),
};

/** The subset for logins, which are limited per minute. */
const fewForLogins = ['deep nesting', '__proto__', 'invalid UTF-8', 'SQL and markup'];

const mebibyte = 1024 * 1024;

/** Malicious bodies and parameters. */
export async function attackBodies(attack: Attack): Promise<void> {
  await attackWithRubbish(attack);
  await attackWithParameters(attack);
  await attackWithSize(attack);
}

async function attackWithRubbish({ target, check, operations, bob }: Attack): Promise<void> {
  const takers = operations.filter(({ takesJson }) => takesJson);
  for (const [what, body] of Object.entries(rubbish)) {
    await check(`an invalid body is the client's fault: ${what}`, async (found) => {
      const asked = takers.filter(({ path }) => !path.startsWith('/auth/') || fewForLogins.includes(what));
      await each(asked, async (operation) => {
        const token = operation.guarded ? bob.token : undefined;
        const { status } = await target.send({ ...questionOf(operation), token, body });
        const harmless = operation.path === '/auth/v1/user' && status === 200;
        if (!harmless && (status < 400 || status >= 500)) {
          found(`${operation.method} ${operation.path} answered ${status}`);
        }
      });
      return `4xx from ${asked.length} routes`;
    });
  }
  await check('a body of another content type is not read as JSON', async (found) => {
    await each(takers, async (operation) => {
      const headers = { 'content-type': 'text/plain' };
      const token = operation.guarded ? bob.token : undefined;
      const { status } = await target.send({ ...questionOf(operation), token, headers, body: '{}' });
      if (status < 400 || status >= 500) found(`${operation.method} ${operation.path} answered ${status}`);
    });
    return `4xx from ${takers.length} routes`;
  });
}

async function attackWithParameters({ target, check, operations, bob }: Attack): Promise<void> {
  const values = [
    "1'%20or%20'1'='1",
    '%00',
    '%ff',
    encodeURIComponent(markup),
    '9'.repeat(40),
    '__proto__',
    '-1',
    '1e3',
  ];
  await check('invalid path parameters are refused or not found', async (found) => {
    const asked = operations.filter(({ path, guarded }) => path.includes('{') && guarded);
    await each(asked, async (operation) => {
      for (const value of values) {
        const question = { ...questionOf(operation), path: operation.path.replace(/\{\w+\}/g, value) };
        const { status } = await target.send({ ...question, token: bob.token });
        if (status < 400 || status >= 500) found(`${question.method} ${question.path} answered ${status}`);
      }
    });
    return `${asked.length * values.length} requests`;
  });
  await check('invalid query parameters do not make a route fail', async (found) => {
    const asked = operations.filter(({ method, path }) => method === 'GET' && !path.startsWith('/health'));
    const names = [
      'limit',
      'cursor',
      'startDate',
      'endDate',
      'model',
      'email',
      'promptKey',
      '__proto__[role]',
    ];
    await each(asked, async (operation) => {
      for (const value of [...values, '', '[]', '2025-13-45']) {
        const query = names.map((name) => `${name}=${value}`).join('&');
        const path = `${operation.filledPath}?${query}&limit=1&limit=2`;
        const { status } = await target.send({ path, token: operation.guarded ? bob.token : undefined });
        if (status >= 500) found(`GET ${operation.path}?… with ${value} answered ${status}`);
      }
    });
    return `${asked.length} routes`;
  });
}

async function attackWithSize({ target, check, bob }: Attack): Promise<void> {
  const { host } = new URL(target.url);
  const start = (path: string) =>
    `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${bob.token}\r\ncontent-type: application/json\r\n`;
  const places = ['/api/llm/chat', '/api/keys', '/auth/session'];
  await check('a body that is too large is refused before it has arrived', async (found) => {
    for (const path of places) {
      const { statuses } = await target.sendRaw(`${start(path)}content-length: ${64 * mebibyte}\r\n\r\n`);
      if (statuses[0] !== 413) found(`POST ${path} answered ${statuses[0] ?? 'nothing'}`);
    }
    return `413 from ${places.length} routes`;
  });
  await check('a body that does not end is refused', async (found) => {
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    for (const path of places) {
      const pieces = Array.from({ length: 512 }, () => chunk);
      const { statuses, closed } = await target.sendRaw(
        `${start(path)}transfer-encoding: chunked\r\n\r\n`,
        ...pieces,
      );
      // A client that is still writing when the connection ends may miss the answer.
      if (statuses.some((status) => status !== 413)) found(`POST ${path} answered ${statuses.join(', ')}`);
      if (!closed) found(`POST ${path}: the connection stays open`);
    }
    return `413 or a closed connection from ${places.length} routes`;
  });
}
