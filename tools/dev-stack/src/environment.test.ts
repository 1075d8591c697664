import { serviceTable } from '@valuecanvas/contracts-core';
import { type Service, serviceRoles, services } from '@valuecanvas/database';
import { beforeAll, expect, test } from 'vitest';
import { type Platform, serviceEnvironment } from './environment.ts';
import type { PlatformPorts } from './ports.ts';
import { createSecrets } from './secrets.ts';

let platform: Platform;

const usualPorts = Object.fromEntries(
  services.map((service) => [service, serviceTable[service]]),
) as unknown as PlatformPorts;
const rolePasswords = Object.fromEntries(
  services.map((service) => [serviceRoles[service], service]),
) as Platform['rolePasswords'];

beforeAll(async () => {
  platform = {
    ports: {
      ...usualPorts,
      canvas: { port: 40_002, internalPort: 9102 },
      'job-worker': { port: 3105, internalPort: 40_005 },
    },
    ownerUrl: 'postgresql://owner:owners@127.0.0.1:5432/postgres?sslmode=disable',
    rolePasswords: { ...rolePasswords, vc_canvas: 'with % and @' },
    redisUrl: 'redis://127.0.0.1:6379',
    secrets: await createSecrets({}),
    providers: { TOGETHER_API_KEY: 'provider-key' },
    pages: '/clone/.cache/web/1',
    simulated: false,
    demoAccounts: [],
  };
});

const of = (service: Service, caller = {}) => serviceEnvironment(service, platform, caller);

test('a service connects to the owner’s database as its own role', () => {
  expect(of('canvas').DATABASE_URL).toBe(
    'postgresql://vc_canvas:with%20%25%20and%20%40@127.0.0.1:5432/postgres?sslmode=disable',
  );
});

test("no service gets the owner's access or the password of another service", () => {
  const caller = { MIGRATION_DATABASE_URL: platform.ownerUrl, CANVAS_DB_PASSWORD: 'with % and @' };
  for (const service of services) {
    const values = Object.entries(of(service, caller)).filter(([name]) => name !== 'DATABASE_URL');
    expect(values.join()).not.toMatch(/owners|with % and @/);
  }
});

test('only the router gets the keys of providers', () => {
  const caller = { TOGETHER_API_KEY: 'provider-key', OPENAI_API_KEY: 'another' };
  const holders = services.filter((service) => JSON.stringify(of(service, caller)).includes('provider-key'));
  expect(holders).toEqual(['llm-router']);
});

test('the simulator of Compose, which .env may name, is no provider here', () => {
  const caller = { LLM_SIMULATOR_URL: 'http://llm-simulator:4010/v1' };
  for (const service of services) expect(of(service, caller)).not.toHaveProperty('LLM_SIMULATOR_URL');
});

test('every service signs with its own key', () => {
  const keys = services.map((service) => of(service).INTERNAL_SIGNING_KEY);
  expect(keys).not.toContain(undefined);
  expect(new Set(keys).size).toBe(services.length);
});

test('only the gateway can issue access tokens', () => {
  expect(services.filter((service) => of(service).AUTH_SIGNING_KEYS)).toEqual(['gateway']);
});

test('every service gets the URLs of all others, with the chosen ports', () => {
  for (const service of services) {
    expect(of(service)).toMatchObject({
      CANVAS_URL: 'http://127.0.0.1:40002',
      JOB_WORKER_INTERNAL_URL: 'http://127.0.0.1:40005',
    });
  }
});

test("the caller's settings pass through, its addresses and npm's variables do not", () => {
  const caller = { LLM_TIMEOUT: '5000', HOST: 'laptop', PORT: '3001', npm_config_registry: 'x', EMPTY: '' };
  const environment = of('canvas', caller);
  expect(environment).toMatchObject({ LLM_TIMEOUT: '5000', HOST: '127.0.0.1', PORT: '40002' });
  expect(Object.keys(environment)).not.toContain('npm_config_registry');
});
