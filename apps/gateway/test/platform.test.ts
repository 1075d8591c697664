import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ServiceName, serviceNames, serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gatewayVariables } from '../src/config.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';
import { type StubUpstream, startStubUpstream } from './support/stub-upstream.ts';

type UpstreamName = Exclude<ServiceName, 'gateway'>;
const names = serviceNames.filter((name): name is UpstreamName => name !== 'gateway');

describe('the readiness of the platform', () => {
  let services: Record<UpstreamName, StubUpstream>;
  let gateway: TestGateway;

  const report =
    (status: number, checks: Record<string, string>) => (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      const latencies = Object.fromEntries(Object.keys(checks).map((name) => [name, 1.5]));
      response.end(JSON.stringify({ status: 'any', checks, latencies }));
    };
  const ready = () => gateway.service.request('/health/ready');

  beforeEach(async () => {
    const started = await Promise.all(
      names.map(async (name) => {
        const stub = await startStubUpstream();
        stub.answer(report(200, { postgres: 'up' }));
        return [name, stub] as const;
      }),
    );
    services = Object.fromEntries(started) as typeof services;
    gateway = await startGateway(
      Object.fromEntries(started.map(([name, stub]) => [`${variablePrefix(name)}_INTERNAL_URL`, stub.url])),
    );
  });
  afterEach(async () => {
    await Promise.all(Object.values(services).map((stub) => stub.goAway()));
    await gateway.stop();
  });

  test('is ok if every service and dependency is up', async () => {
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body.status).toBe('ok');
    expect(body.services.gateway).toEqual({
      status: 'up',
      latency: 0,
      checks: { postgres: 'up', redis: 'up' },
      latencies: { postgres: expect.any(Number), redis: expect.any(Number) },
    });
    for (const name of names) {
      const { latency, ...report } = body.services[name];
      expect(report).toEqual({ status: 'up', checks: { postgres: 'up' }, latencies: { postgres: 1.5 } });
      expect(latency).toBeGreaterThan(0);
    }
  });

  test.each(names.filter((name) => !serviceTable[name].essential))('is degraded without %s', async (name) => {
    services[name].answer(report(503, { postgres: 'down' }));
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body.status).toBe('degraded');
    expect(body.services[name]).toMatchObject({ status: 'down', checks: { postgres: 'down' } });
  });

  test.each(['canvas', 'llm-router'] as const)('is unavailable without %s', async (name) => {
    await services[name].goAway();
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body.status).toBe('unavailable');
    expect(body.services[name]).toMatchObject({ status: 'down', checks: {} });
  });

  test.each([
    ['llm-router', 503, 'unavailable'],
    ['job-worker', 200, 'degraded'],
  ] as const)(
    'of %s counts what its main job lacks, even if the service itself is up',
    async (name, expected, word) => {
      services[name].answer(report(200, { providers: 'down' }));
      const { status, body } = await ready();
      expect([status, body.status]).toEqual([expected, word]);
      expect(body.services[name]).toMatchObject({ status: 'up', checks: { providers: 'down' } });
    },
  );

  test('reports a hanging service as down within a few seconds', async () => {
    services['job-worker'].answer(() => undefined);
    expect((await ready()).body.services['job-worker'].status).toBe('down');
  });

  test('probes each service once for concurrent requests', async () => {
    await Promise.all(Array.from({ length: 20 }, ready));
    expect(services.canvas.received).toHaveLength(1);
    expect(services.canvas.received[0]?.url).toBe('/health/ready');
  });
});

describe('the gateway', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.stop());

  test('reports its version, and stays ready for the cluster if other services are down', async () => {
    gateway = await startGateway({ SERVICE_VERSION: '1.2.3+abc' });
    await gateway.upstream.goAway();
    expect((await gateway.service.request('/health')).body).toEqual({ status: 'ok', version: '1.2.3+abc' });
    expect((await gateway.service.request('/health/live')).body).toEqual({ status: 'ok' });
    expect((await fetch(`${gateway.service.internalUrl}/health/ready`)).status).toBe(200);
    await gateway.upstream.comeBack();
  });

  test('reports a missing Redis or database and keeps responding', async () => {
    gateway = await startGateway({
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
    });
    const { status, body } = await gateway.service.request('/health/ready');
    expect(status).toBe(503);
    expect(body.services.gateway.checks).toEqual({ postgres: 'down', redis: 'down' });
    const signUp = await gateway.signUp();
    expect(signUp.status).toBe(503);
    expect(signUp.body.error_code).toBe('dependency_unavailable');
  });

  test('documents every public route of every service, as JSON and as YAML', async () => {
    gateway = await startGateway();
    const json = await gateway.service.request('/api/openapi.json');
    expect(json.headers.get('content-type')).toContain('application/json');
    expect(json.body.openapi).toBe('3.1.0');
    const paths = Object.keys(json.body.paths);
    expect(paths).toEqual(
      expect.arrayContaining([
        '/auth/v1/signup',
        '/api/canvas/{id}',
        '/v1/chat/completions',
        '/api/flags/{key}',
      ]),
    );
    expect(paths.filter((path) => path.startsWith('/internal'))).toEqual([]);
    const yaml = await gateway.service.request('/api/openapi.yaml');
    expect(yaml.headers.get('content-type')).toContain('application/yaml');
    expect(yaml.body).toMatch(/^openapi: 3\.1\.0\n/);
  });

  test('sends security headers with every response, including refusals', async () => {
    gateway = await startGateway();
    for (const path of ['/health', '/nowhere', '/auth/v1/user', '/api/canvas']) {
      const { headers } = await gateway.service.request(path);
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('allows requests only from pages of the configured origins', async () => {
    gateway = await startGateway({ CORS_ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:5173' });
    const from = (origin: string) =>
      gateway.service.request('/api/canvas', { headers: { origin, authorization: 'Bearer bad' } });
    const allowed = await from('https://app.example.com');
    expect(allowed.status).toBe(401);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    const exposed = allowed.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['ETag', 'Retry-After', 'x-request-id', 'x-llm-cost']));
    const refused = await from('https://evil.example');
    expect(refused.headers.has('access-control-allow-origin')).toBe(false);
  });

  test('answers preflight requests without credentials, including forwarded paths', async () => {
    gateway = await startGateway({ CORS_ALLOWED_ORIGINS: 'https://app.example.com' });
    const { status, headers } = await gateway.service.request('/api/canvas/generate', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'if-none-match',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-methods')).toContain('PUT');
    expect(headers.get('access-control-allow-headers')).toBe('if-none-match');
    expect(gateway.upstream.received).toHaveLength(0);
  });
});

test('refusals name a page that the gateway serves, unless UPGRADE_URL is set', async () => {
  const gateway = await startGateway({});
  try {
    const { default: url } = gatewayVariables.UPGRADE_URL as { readonly default?: string };
    const { pathname } = new URL(String(url));
    const page = await gateway.service.request(pathname);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('Higher limits');
  } finally {
    await gateway.stop();
  }
});
