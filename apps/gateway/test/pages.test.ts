import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPages } from '../src/static-files/pages.ts';
import { rawRequest } from './support/raw-request.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

const script = `console.log(${JSON.stringify('canvas '.repeat(500))});`;
const precompressed = gzipSync('made by the build');

const built: Readonly<Record<string, string | Uint8Array>> = {
  'index.html': '<!doctype html><title>ValueCanvas</title>',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/app-Cx3bT9aZ.js': script,
  'assets/app-Cx3bT9aZ.js.gz': precompressed,
  'assets/größe 1-Bk2.css': 'p { color: red }',
  'docs/deep/page.html': '<p>deep</p>',
  '.env': 'SECRET=1',
  '.git/config': 'hidden',
  'api/nothing.html': 'must not shadow the API',
};

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('a gateway with PAGES_DIR', () => {
  let root: string;
  let gateway: TestGateway;
  /** The global agent may be that of Node's own `fetch`, whose parser differs. */
  const dispatcher = new Agent();

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'pages-'));
    const pages = join(root, 'pages');
    for (const [name, content] of Object.entries(built)) {
      const file = join(pages, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await writeFile(join(root, 'secret.txt'), 'outside');
    await symlink(join(root, 'secret.txt'), join(pages, 'link.txt'));
    gateway = await startGateway({ PAGES_DIR: pages });
  });
  afterAll(async () => {
    await dispatcher.close();
    await gateway.stop();
    await rm(root, { recursive: true });
  });

  const get = (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    request(`${gateway.service.url}${path}`, { method, headers, dispatcher });

  test('serves the index page at / with a policy for pages, to be revalidated', async () => {
    const { statusCode, headers, body } = await get('/');
    expect([statusCode, await body.text()]).toEqual([200, built['index.html']]);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    const again = await get('/', { 'if-none-match': String(headers.etag) });
    expect([again.statusCode, await again.body.text()]).toEqual([304, '']);
    expect(again.headers['cache-control']).toBe('no-cache');
  });

  test('lets clients keep assets for a year, because their names change with their content', async () => {
    const { statusCode, headers, body } = await get('/assets/app-Cx3bT9aZ.js');
    expect([statusCode, await body.text()]).toEqual([200, script]);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  test('finds files by their decoded names, and never by an encoded slash', async () => {
    expect(await (await get('/assets/gr%C3%B6%C3%9Fe%201-Bk2.css')).body.text()).toBe('p { color: red }');
    expect((await get('/assets%2Fapp-Cx3bT9aZ.js', html)).statusCode).toBe(404);
  });

  test.each(['/canvases', '/canvases/8f14e45f/edit', '/docs/deep', '/console/prompts/canvas.generate'])(
    'answers a navigation to %s with the index page',
    async (path) => {
      const { statusCode, headers, body } = await get(path, html);
      expect([statusCode, await body.text()]).toEqual([200, built['index.html']]);
      expect(headers['content-security-policy']).toContain("script-src 'self'");
      expect((await get(path, { accept: 'application/json' })).statusCode).toBe(404);
    },
  );

  test('tells search engines and other sites nothing about shared canvases', async () => {
    const { statusCode, headers, body } = await get('/s/secret', html);
    expect([statusCode, await body.text()]).toEqual([200, built['index.html']]);
    expect(headers['x-robots-tag']).toBe('noindex');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect((await get('/canvases', html)).headers['x-robots-tag']).toBeUndefined();
  });

  test.each(['/assets/missing.js', '/assets/missing', '/missing.png', '/docs/deep/other.html'])(
    'answers a missing file, %s, with 404 and never with a page',
    async (path) => {
      const { statusCode, headers, body } = await get(path, html);
      expect(statusCode).toBe(404);
      expect(headers['content-type']).toContain('application/json');
      expect(await body.json()).toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  test.each([
    '/api/nothing',
    '/api/nothing.html',
    '/%61pi/nothing',
    '/api/llm-usage/x',
    '/auth/nothing',
    '/health/nothing',
    '/internal/nothing',
  ])('leaves %s, an unknown path of the API, a 404 in JSON', async (path) => {
    const { statusCode, headers, body } = await get(path, html);
    expect(statusCode).toBe(404);
    expect(headers['content-type']).toContain('application/json');
    expect(headers['ratelimit-limit']).toBeDefined();
    expect(await body.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    '/.env',
    '/.git/config',
    '/link.txt',
    '/../secret.txt',
    '/docs/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/docs/..%2f..%2f..%2fsecret.txt',
    '/..\\secret.txt',
    '//secret.txt',
    '/index.html%00.js',
  ])('reveals no hidden file and no file outside the folder: %s', async (path) => {
    const host = new URL(gateway.service.url).host;
    const answer = await rawRequest(
      gateway.service.url,
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: text/html\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).not.toMatch(/outside|SECRET|hidden/);
  });

  test('refuses a path that cannot be decoded, as without pages', async () => {
    expect((await get('/%c3%28', html)).statusCode).toBe(400);
  });

  test('sends the form that the build has compressed, or compresses the file itself', async () => {
    const path = '/assets/app-Cx3bT9aZ.js';
    const gzip = await get(path, { 'accept-encoding': 'gzip' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(Buffer.from(await gzip.body.arrayBuffer())).toEqual(precompressed);
    const br = await get(path, { 'accept-encoding': 'gzip, br' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(await br.body.arrayBuffer()).toString()).toBe(script);
    expect(br.headers.vary).toContain('accept-encoding');
    const tags = [gzip, br, await get(path)].map(({ headers }) => headers.etag);
    expect(new Set(tags).size).toBe(3);
    // Compressing so few bytes saves nothing.
    expect((await get('/favicon.svg', { 'accept-encoding': 'br' })).headers).not.toHaveProperty(
      'content-encoding',
    );
    expect((await get(`${path}.gz`, html)).statusCode).toBe(404);
  });

  test('answers HEAD like GET, without the body', async () => {
    const { statusCode, headers, body } = await get('/assets/app-Cx3bT9aZ.js', {}, 'HEAD');
    expect(statusCode).toBe(200);
    expect(headers['content-length']).toBe(String(script.length));
    expect(await body.text()).toBe('');
  });

  test('answers a range request with the whole file', async () => {
    const { statusCode, headers, body } = await get('/assets/app-Cx3bT9aZ.js', { range: 'bytes=0-9' });
    expect([statusCode, headers['accept-ranges'], await body.text()]).toEqual([200, 'none', script]);
  });

  test('answers other methods as without pages', async () => {
    const { status, body } = await gateway.service.request('/canvases', { method: 'POST', headers: html });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('counts no page request and needs no credentials, not even valid ones', async () => {
    const { statusCode, headers } = await get('/', { authorization: 'Bearer invalid' });
    expect(statusCode).toBe(200);
    expect(headers).not.toHaveProperty('ratelimit-limit');
    const metrics = await (await fetch(`${gateway.service.internalUrl}/metrics`)).text();
    expect(metrics).toContain('operation="page"');
  });
});

describe('PAGES_DIR', () => {
  test('is refused if it is not a folder with an index page', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'pages-'));
    onTestFinished(() => rm(empty, { recursive: true }));
    const missing = join(empty, 'missing');
    await expect(openPages(empty, {})).rejects.toThrow(/PAGES_DIR .* index\.html/);
    await expect(openPages(missing, {})).rejects.toThrow(/PAGES_DIR cannot be read: .*missing/);
  });

  test('is optional: without it, the gateway serves no pages', async () => {
    const gateway = await startGateway();
    for (const path of ['/', '/canvases']) {
      expect((await gateway.service.request(path, { headers: html })).status).toBe(404);
    }
    await gateway.stop();
  });
});
