import { createHash } from 'node:crypto';
import { issueToken } from '@valuecanvas/contracts-gateway';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

describe('the API documentation', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.service.url}${path}`, { headers });

  const files = async (): Promise<string[]> => {
    const page = await (await get('/api/docs')).text();
    return [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? '');
  };

  test('serves the page and all its files, with their content types', async () => {
    const named = await files();
    const types = await Promise.all(
      named.map(async (path) => {
        const { status, headers } = await get(path);
        return `${path} ${status} ${headers.get('content-type')}`;
      }),
    );
    expect(types.sort()).toEqual([
      '/api/docs/api-docs.css 200 text/css; charset=utf-8',
      '/api/docs/api-docs.js 200 text/javascript; charset=utf-8',
      '/api/docs/favicon-32x32.png 200 image/png',
      '/api/docs/swagger-ui-bundle.js 200 text/javascript; charset=utf-8',
      '/api/docs/swagger-ui.css 200 text/css; charset=utf-8',
      '/api/openapi.json 200 application/json',
    ]);
  });

  test('may run only same-origin scripts and requests, and no inline scripts', async () => {
    const { headers } = await get('/api/docs');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none';script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
  });

  test('logs in at the route for tokens, and authorizes requests by the scheme of the document', async () => {
    const script = await (await get('/api/docs/api-docs.js')).text();
    expect(script).toContain(`fetch('${issueToken.path}?grant_type=password'`);
    const { components } = (await (await get('/api/openapi.json')).json()) as {
      components: { securitySchemes: Record<string, unknown> };
    };
    const [, scheme = ''] = /preauthorizeApiKey\('(\w+)'/.exec(script) ?? [];
    expect(components.securitySchemes).toHaveProperty(scheme, expect.objectContaining({ scheme: 'bearer' }));
  });

  test('leaves the policy of other responses unchanged', async () => {
    for (const path of ['/api/openapi.json', '/api/docs/swagger-ui.css', '/api/docs/nothing.js']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).not.toContain("'self'");
    }
  });

  test('serves no other files, regardless of the path', async () => {
    for (const name of ['package.json', 'swagger-ui-bundle.js.map', '..%2f..%2fpackage.json', '__proto__']) {
      const { status, body } = await gateway.service.request(`/api/docs/${name}`);
      expect(status).toBe(404);
      expect(body.code).toBe('NOT_FOUND');
    }
  });

  test.each(['/api/docs', '/api/docs/swagger-ui-bundle.js', '/api/openapi.json', '/api/openapi.yaml'])(
    '%s is not sent again to a client that has it',
    async (path) => {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      expect((await first.text()).length).toBeGreaterThan(0);
      for (const held of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
        const again = await get(path, { 'if-none-match': held });
        expect(again.status).toBe(304);
        expect(again.headers.get('etag')).toBe(etag);
        expect(await again.text()).toBe('');
      }
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    },
  );

  test.each([
    ['gzip, deflate, br', 'br'],
    ['GZIP;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', undefined],
    ['br;q=0', undefined],
    ['br;q=high', undefined],
  ])('is compressed for %s as %s, and the bytes never change', async (accepted, encoding) => {
    const path = '/api/docs/swagger-ui-bundle.js';
    const raw = await request(`${gateway.service.url}${path}`, { headers: { 'accept-encoding': accepted } });
    expect(raw.headers['content-encoding']).toBe(encoding);
    expect(raw.headers.vary).toContain('accept-encoding');
    const sent = (await raw.body.arrayBuffer()).byteLength;
    const plain = Buffer.from(await (await get(path, { 'accept-encoding': 'identity' })).arrayBuffer());
    if (encoding) expect(sent).toBeLessThan(plain.byteLength / 3);
    const decoded = Buffer.from(await (await get(path, { 'accept-encoding': accepted })).arrayBuffer());
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(hash(decoded)).toBe(hash(plain));
  });

  test('answers HEAD like GET, without the body', async () => {
    const { statusCode, headers, body } = await request(`${gateway.service.url}/api/docs`, {
      method: 'HEAD',
    });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
    expect(await body.text()).toBe('');
  });
});
