import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import { readSchemas, readServiceVariables } from '@valuecanvas/environment';
import { parseConfig } from '@valuecanvas/service-kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { interpolate } from '../../src/images/interpolate.ts';
import { root } from '../../src/root.ts';

interface EnvironmentVariable {
  readonly name: string;
}

interface KubernetesObject {
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [{ readonly env: readonly EnvironmentVariable[] }] };
    };
  };
}

/** A valid value for each secret. */
const secretValues: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgresql://user:secret@postgres:5432/valuecanvas',
  REDIS_URL: 'redis://:secret@redis:6379',
};

const configOf = async (service: ServiceName, environment: Readonly<Record<string, string>>) =>
  parseConfig(await readSchemas(service), environment);

test('the image of canvas keeps every font that exports use', async () => {
  const read = (path: string) => readFile(join(root, 'apps/canvas', path), 'utf8');
  const kept = [...(await read('Dockerfile')).matchAll(/! -name '([^']+)'/g)].map(([, pattern]) =>
    String(pattern),
  );
  const used = [...(await read('src/files/draw.process.ts')).matchAll(/([\w-]+\.[ot]tf)'/g)].map(([, file]) =>
    String(file),
  );
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((file) => !kept.some((pattern) => matchesGlob(file, pattern)))).toEqual([]);
});

describe('the Compose file', () => {
  let text: string;
  let generated: Readonly<Record<string, string | undefined>>;
  const environmentOf = (service: ServiceName, variables: typeof generated): Record<string, string> => {
    const { services } = parse(text, { merge: true }) as {
      services: Record<string, { environment: Record<string, string> }>;
    };
    const entries = Object.entries(services[service]?.environment ?? {});
    return Object.fromEntries(entries.map(([name, value]) => [name, interpolate(value, variables)]));
  };

  beforeAll(async () => {
    text = await readFile(join(root, 'docker-compose.yml'), 'utf8');
    const command = join(root, 'tools/dev-stack/src/commands/generate-secrets.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...process.execArgv,
      command,
      '--stdout',
    ]);
    generated = parseEnv(stdout);
  });

  test('requires exactly the secrets that secrets:generate creates', () => {
    const { COMPOSE_PROFILES, LLM_SIMULATOR_URL, ...secrets } = generated;
    const required = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name));
    expect(Object.keys(secrets).sort()).toEqual([...required].sort());
  });

  test.each(serviceNames)(
    'gives %s a valid environment, with and without simulated answers',
    async (service) => {
      await configOf(service, environmentOf(service, generated));
      await configOf(service, environmentOf(service, { ...generated, LLM_SIMULATOR_URL: '' }));
    },
  );

  test('passes on a variable of .env to the service that reads it', () => {
    const environment = environmentOf('llm-router', { ...generated, LLM_RETRIES: '3', LOG_LEVEL: 'debug' });
    expect(environment).toMatchObject({ LLM_RETRIES: '3', LOG_LEVEL: 'debug' });
  });
});

describe('the manifest', () => {
  test.each(serviceNames)('of %s gives the service a valid environment', async (service) => {
    const text = await readFile(join(root, `k8s/production/${service}.yaml`), 'utf8');
    const objects = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
    const data = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    const references = deployment?.spec.template.spec.containers[0].env ?? [];
    const variables = (await readServiceVariables()).find((entry) => entry.service === service)?.variables;
    const required = new Set(variables?.filter((variable) => variable.required).map(({ name }) => name));
    const secrets = references
      .filter(({ name }) => required.has(name))
      .map(({ name }) => [name, secretValues[name] ?? 'secret']);
    await expect(configOf(service, { ...data, ...Object.fromEntries(secrets) })).resolves.toBeDefined();
  });
});

describe('a reference in a Compose value', () => {
  const reference = (body: string) => `\${${body}}`;

  test.each([
    ['its value', reference('A'), 'a'],
    ['a default', reference('B:-b'), 'b'],
    ['a value instead of the default', reference('A:-b'), 'a'],
    ['a default that refers to another', reference(`B:-${reference('A')}`), 'a'],
    ['an alternative', reference('A:+there'), 'there'],
    ['nothing if the variable is absent', reference('B:+there'), ''],
    ['part of a text', `x:${reference('A:?')}@y/${reference('B:-z')}`, 'x:a@y/z'],
  ])('becomes %s', (_what, text, expected) => {
    expect(interpolate(text, { A: 'a' })).toBe(expected);
  });

  test('names a required variable that is absent', () => {
    expect(() => interpolate(reference('B:?'), {})).toThrow('needs B');
  });
});
