import { createTestIdentities, startTestService } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayService } from '../src/app.ts';
import { rawRequest } from './support/raw-request.ts';
import { publicUrl, startGateway, type TestGateway } from './support/start-gateway.ts';

/** The CORS headers of a response. */
const crossOrigin = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('a page of another origin', () => {
  const named = 'https://app.example.com';
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      CORS_ALLOWED_ORIGINS: `${named}/, app://ValueCanvas, capacitor://localhost`,
    });
  });
  afterAll(() => gateway.stop());
  const from = (origin: string, method = 'GET', headers: Record<string, string> = {}) =>
    gateway.service.request('/api/canvas', { method, headers: { origin, ...headers } });

  test.each([named, 'app://valuecanvas', 'app://ValueCanvas', 'capacitor://localhost'])(
    'that is allowed, %s, may read responses and send its cookie',
    async (origin) => {
      const { headers } = await from(origin);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
    },
  );

  test.each([
    'https://evil.example',
    'null',
    'http://app.example.com',
    `${named}.evil.example`,
    `${named}:8443`,
    'app://other',
    'capacitor://localhost.evil.example',
  ])('that is not allowed, %s, cannot read responses', async (origin) => {
    const answer = await from(origin);
    expect(crossOrigin(answer.headers)).toEqual([]);
    expect(answer.headers.get('vary')).toContain('Origin');
    const preflight = await from(origin, 'OPTIONS', { 'access-control-request-method': 'POST' });
    expect([preflight.status, crossOrigin(preflight.headers)]).toEqual([405, []]);
  });

  test('may send every header that its preflight request names, and preflight requests are not counted', async () => {
    const names = 'authorization,x-stainless-lang,x-csrf-token,api-key,x-of-a-later-client';
    const { status, headers } = await from(named, 'OPTIONS', {
      'access-control-request-method': 'POST',
      'access-control-request-headers': names,
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-headers')).toBe(names);
    expect(headers.get('vary')?.toLowerCase()).toContain('access-control-request-headers');
    expect(headers.has('ratelimit-limit')).toBe(false);
  });

  test('that is not allowed cannot learn which headers are', async () => {
    const preflight = await from('https://evil.example', 'OPTIONS', {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    });
    expect(crossOrigin(preflight.headers)).toEqual([]);
  });

  test('is allowed only by the gateway, regardless of a service’s headers, and vary names both', async () => {
    gateway.upstream.answer((_, response) => {
      response.writeHead(200, { 'access-control-allow-origin': '*', vary: 'accept' }).end();
    });
    const { headers } = await from('https://evil.example');
    expect(crossOrigin(headers)).toEqual([]);
    expect(headers.get('vary')).toBe('Origin, accept');
  });
});

describe('without the variables of the edge', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  test('responses carry no CORS headers, and preflight requests are not answered', async () => {
    const headers = { origin: publicUrl, 'access-control-request-method': 'POST' };
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await gateway.service.request('/api/canvas', { method, headers });
      expect(crossOrigin(answer.headers)).toEqual([]);
    }
  });

  test('a page of the gateway runs only its own scripts, and other responses load nothing', async () => {
    const page = await gateway.service.request('/api/docs');
    const policy = page.headers.get('content-security-policy')?.split(';');
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'"]));
    expect(policy?.join()).not.toContain('unsafe');
    const other = await gateway.service.request('/health');
    expect(other.headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
  });

  test('HSTS applies for a year, including subdomains', async () => {
    const { headers } = await gateway.service.request('/health');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
  });
});

test('without CSP_ENABLED, neither pages nor other responses carry a policy', async () => {
  const gateway = await startGateway({ CSP_ENABLED: 'false' });
  try {
    for (const path of ['/api/docs', '/health', '/api/canvas']) {
      const { headers } = await gateway.service.request(path);
      expect(headers.has('content-security-policy')).toBe(false);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  } finally {
    await gateway.stop();
  }
});

describe('where only HTTPS will do', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ HTTPS_ONLY: 'true', TRUST_PROXY: 'loopback' });
  });
  afterAll(() => gateway.stop());
  const send = (method: string, target: string, headers = '') =>
    rawRequest(
      gateway.service.url,
      `${method} ${target} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n${headers}\r\n`,
    );

  test.each([
    ['/api/canvas?a=1', '/api/canvas?a=1'],
    ['http://evil.example/api/canvas', '/api/canvas'],
    ['//evil.example', '//evil.example'],
  ])('an unencrypted request for %s is redirected to PUBLIC_URL', async (target, path) => {
    const before = gateway.upstream.received.length;
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(
        method,
        target,
        'x-forwarded-host: evil.example\r\nx-forwarded-proto: http\r\n',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 308 /);
      expect(answer).toContain(`\r\nlocation: ${publicUrl}${path}\r\n`);
    }
    expect(gateway.upstream.received).toHaveLength(before);
  });

  test.each([
    ['POST', ''],
    ['GET', 'authorization: Bearer token\r\n'],
    ['GET', 'x-api-key: vc_secret\r\n'],
  ])('an unencrypted %s with %j is refused', async (method, headers) => {
    const before = gateway.upstream.received.length;
    const answer = await send(method, '/api/canvas', headers);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('"code":"FORBIDDEN"');
    expect(answer).toContain(publicUrl);
    expect(gateway.upstream.received).toHaveLength(before);
  });

  test('a request that the nearest proxy received encrypted passes', async () => {
    expect(await send('POST', '/api/canvas', 'x-forwarded-proto: https\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await send('GET', '/api/canvas', 'x-forwarded-proto: https, http\r\n')).toMatch(
      /^HTTP\/1\.1 308 /,
    );
  });

  test.each(['/health', '/health/live', '/health/ready'])(
    '%s is reachable without encryption',
    async (path) => {
      expect(await send('GET', path)).toMatch(/^HTTP\/1\.1 (200|503) /);
    },
  );
});

test('x-forwarded-proto of an untrusted client is ignored', async () => {
  const gateway = await startGateway({ HTTPS_ONLY: 'true', TRUST_PROXY: '192.0.2.1' });
  try {
    const answer = await rawRequest(
      gateway.service.url,
      'GET /api/canvas HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-proto: https\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 308 /);
  } finally {
    await gateway.stop();
  }
});

test('the gateway does not start with a wildcard origin, or with HTTPS_ONLY and an unencrypted PUBLIC_URL', async () => {
  const identities = await createTestIdentities();
  const start = startTestService(
    gatewayService,
    {
      DATABASE_URL: 'postgresql://unknown@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      AUTH_SIGNING_KEYS: '[]',
      CORS_ALLOWED_ORIGINS: '*',
      HTTPS_ONLY: 'true',
      PUBLIC_URL: 'http://localhost:3000',
    },
    identities,
  );
  await expect(start).rejects.toThrow(
    /CORS_ALLOWED_ORIGINS contains "\*".*\n.*PUBLIC_URL must.*\n.*TRUST_PROXY is/,
  );
});
