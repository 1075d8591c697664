import type { Attack } from './attack.ts';
import { markup } from './leaks.ts';
import type { Answer } from './target.ts';

/** Answers to browsers and anonymous clients. */
export async function attackPublicAnswers(attack: Attack): Promise<void> {
  await attackHeaders(attack);
  await attackOrigins(attack);
  await attackFigures(attack);
}

async function attackHeaders({ target, check, bob }: Attack): Promise<void> {
  await check('every answer has the security headers', async (found) => {
    const paths = ['/health', '/api/canvas', '/api/docs', '/nowhere', '/auth/v1/.well-known/jwks.json'];
    for (const path of paths) {
      const answer = await target.send({ path, token: path === '/api/canvas' ? bob.token : undefined });
      for (const lack of lacksOf(answer, target.url)) found(`GET ${path} ${lack}`);
    }
    return `${paths.length} answers`;
  });
  await check('only a safe request id is returned', async (found) => {
    const ids = [markup, 'a b', 'a%0d%0aset-cookie:probe=1', 'a'.repeat(2_000), '$(id)', "a';--"];
    for (const id of ids) {
      const { headers } = await target.send({ path: '/health', headers: { 'x-request-id': id } });
      const given = String(headers['x-request-id'] ?? '');
      if (given === id || !/^[\w.:-]{1,200}$/.test(given))
        found(`${id.slice(0, 60)} became ${given.slice(0, 60)}`);
    }
    return `${ids.length} ids`;
  });
  await check('line breaks in a request cannot inject response headers', async (found) => {
    const smuggled = '%0d%0aset-cookie:%20probe=1%0d%0a%0d%0a';
    const paths = [`/health?x=${smuggled}`, `/${smuggled}`, `/api/docs/${smuggled}`, `/api/docs?${smuggled}`];
    for (const path of paths) {
      const { headers } = await target.send({
        path,
        headers: { origin: `https://a${smuggled}`, 'x-probe': smuggled },
      });
      if ('set-cookie' in headers || JSON.stringify(headers).includes('probe=1')) found(`GET ${path}`);
    }
    return `${paths.length} paths`;
  });
}

function lacksOf({ headers }: Answer, url: string): string[] {
  const policy = String(headers['content-security-policy'] ?? '');
  const lacks: string[] = [];
  if (policy === '') lacks.push('has no content-security-policy');
  if (/unsafe-(?:inline|eval)|\*/.test(policy)) lacks.push(`has a weak content-security-policy: ${policy}`);
  if (headers['x-content-type-options'] !== 'nosniff') lacks.push('lets browsers guess its type');
  if (!policy.includes('frame-ancestors') && !headers['x-frame-options']) lacks.push('can be framed');
  if (!headers['referrer-policy']) lacks.push('has no referrer-policy');
  if (url.startsWith('https:') && !headers['strict-transport-security']) lacks.push('has no HSTS');
  for (const name of ['server', 'x-powered-by']) {
    if (/\d|fastify|express|node/i.test(String(headers[name] ?? '')))
      lacks.push(`names its software: ${headers[name]}`);
  }
  return lacks;
}

async function attackOrigins({ target, check, bob }: Attack): Promise<void> {
  const origins = [
    'https://probe.example',
    'null',
    `${target.url}.probe.example`,
    'http://localhost:1',
    'file://',
  ];
  const paths = ['/api/canvas', '/health', '/auth/session', '/v1/models', '/auth/v1/token'];
  await check('pages of other origins cannot read answers', async (found) => {
    for (const origin of origins) {
      for (const path of paths) {
        const { headers } = await target.send({ path, token: bob.token, headers: { origin } });
        const allowed = headers['access-control-allow-origin'];
        if (allowed !== undefined) found(`GET ${path} from ${origin} is allowed for ${allowed}`);
      }
    }
    return `${origins.length} origins, ${paths.length} routes`;
  });
  await check('preflights of other origins are refused', async (found) => {
    for (const origin of origins) {
      for (const path of paths) {
        const headers = {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type, x-csrf-token',
        };
        const { headers: got } = await target.send({ method: 'OPTIONS', path, headers });
        const allowed = got['access-control-allow-origin'];
        if (allowed !== undefined) found(`OPTIONS ${path} from ${origin} is allowed for ${allowed}`);
      }
    }
    return `${origins.length} origins, ${paths.length} routes`;
  });
}

async function attackFigures({ target, check, alice, bob }: Attack): Promise<void> {
  const paths = ['/health', '/health/ready', '/api/llm/stats', '/api/llm/health', '/api/queue/metrics'];
  await check('public figures contain no user’s data', async (found) => {
    for (const path of paths) {
      const { text } = await target.send({ path });
      const shown = [alice.id, alice.email, bob.id, bob.email].filter((mark) => text.includes(mark));
      if (shown.length > 0) found(`GET ${path} shows ${shown.join(', ')}`);
      if (/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\w.]+@[\w.]+/i.test(text))
        found(`GET ${path} shows an id or address`);
      if (/\b(?:\d+\.){3}\d+:\d+|https?:\/\//.test(text)) found(`GET ${path} shows an internal address`);
    }
    return `${paths.length} routes`;
  });
}
