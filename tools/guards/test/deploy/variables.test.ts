import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServiceName, serviceNames, variablePrefix } from '@valuecanvas/contracts-core';
import { readServiceVariables } from '@valuecanvas/environment';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { interpolate } from '../../src/images/interpolate.ts';
import { root } from '../../src/root.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const origins = serviceNames.flatMap((service) => [
  `${variablePrefix(service)}_URL`,
  `${variablePrefix(service)}_INTERNAL_URL`,
]);

/** Variables that a container gets from its image, in Compose and in Kubernetes. */
const ofTheImage = [
  'HOST',
  'PORT',
  'INTERNAL_PORT',
  'SERVICE_VERSION',
  'PAGES_DIR',
  'DEMO_ACCOUNTS',
  'OTEL_SERVICE_NAME',
];

/** Variables that a deployment form sets itself. A documented variable must reach the service in every other case. */
const setBy = {
  compose: new Set([
    ...ofTheImage,
    ...origins,
    'SHUTDOWN_DRAIN_MS',
    'SHUTDOWN_GRACE_MS',
    'DATABASE_URL',
    'INTERNAL_SIGNING_KEY',
    'REDIS_URL',
    'REDIS_PASSWORD',
    'ANSWERS_SIMULATED',
  ]),
  kubernetes: new Set(ofTheImage),
  'npm start': new Set([
    ...origins,
    'HOST',
    'PORT',
    'INTERNAL_PORT',
    'DATABASE_URL',
    'REDIS_URL',
    'INTERNAL_PUBLIC_KEYS',
    'INTERNAL_SIGNING_KEY',
    'AUTH_SIGNING_KEYS',
    'PAGES_DIR',
    'ANSWERS_SIMULATED',
    // `npm start` starts the simulator itself.
    'LLM_SIMULATOR_URL',
  ]),
};

const services = await readServiceVariables();

/** Every variable of every service that a deployment form does not set itself. */
const variablesOf = (form: keyof typeof setBy) =>
  services.flatMap(({ service, variables }) =>
    variables
      .filter(({ name }) => !setBy[form].has(name))
      .map(({ name, secret }) => ({ service, name, secret })),
  );

const marker = 'a-value-of-the-operator';

describe('a documented variable', () => {
  test('reaches its service in Compose', async () => {
    const file = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
      services: Record<string, { environment: Record<string, string> }>;
    };
    const lost = variablesOf('compose').filter(({ service, name }) => {
      const value = file.services[service]?.environment[name];
      return value === undefined || !interpolate(String(value), { [name]: marker }).includes(marker);
    });
    expect(lost).toEqual([]);
  });

  test('reaches its service in Kubernetes: secrets by reference, others from the optional ConfigMaps', async () => {
    const containers = new Map<ServiceName, Container>();
    for (const service of serviceNames) containers.set(service, await containerOf(service));
    const lost = variablesOf('kubernetes').filter(({ service, name, secret }) => {
      const { env = [], envFrom = [] } = containers.get(service) ?? {};
      const own = env.find((entry) => entry.name === name);
      if (secret) return own?.valueFrom?.secretKeyRef?.key !== name;
      if (own) return own.valueFrom?.configMapKeyRef?.key !== name;
      return envFrom.at(-1)?.configMapRef?.name !== `${service}-overrides`;
    });
    expect(lost).toEqual([]);
  });

  test('reaches its service in npm start', async () => {
    const { serviceEnvironment, givenProviders, createSecrets } = await readDevStack();
    const secrets = await createSecrets({});
    const ports = Object.fromEntries(serviceNames.map((service) => [service, { port: 1, internalPort: 2 }]));
    const lost = variablesOf('npm start').filter(({ service, name }) => {
      const caller: Environment = { TOGETHER_API_KEY: 'key', [name]: marker };
      const platform = {
        ports,
        ownerUrl: 'postgresql://owner@127.0.0.1/postgres',
        rolePasswords: {},
        redisUrl: 'redis://127.0.0.1',
        secrets,
        providers: givenProviders(caller),
        pages: '/pages',
        simulated: false,
        demoAccounts: [],
      };
      return serviceEnvironment(service, platform, caller)[name] !== marker;
    });
    expect(lost).toEqual([]);
  });
});

test.each(serviceNames)(
  'the manifest of %s sends traces and reports errors as production',
  async (service) => {
    const [configMap] = await objectsOf(service);
    expect(configMap).toMatchObject({
      kind: 'ConfigMap',
      data: { OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringMatching(/^http/), SENTRY_ENVIRONMENT: 'production' },
    });
    const { env } = await containerOf(service);
    expect(env).toContainEqual({
      name: 'SENTRY_DSN',
      valueFrom: { secretKeyRef: { name: `${service}-secrets`, key: 'SENTRY_DSN', optional: true } },
    });
  },
);

interface Reference {
  readonly key: string;
}

interface Container {
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef?: Reference; readonly configMapKeyRef?: Reference };
  }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
}

interface KubernetesObject {
  readonly kind: string;
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

async function objectsOf(service: ServiceName): Promise<readonly KubernetesObject[]> {
  const text = await readFile(join(root, `k8s/production/${service}.yaml`), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

async function containerOf(service: ServiceName): Promise<Container> {
  const deployment = (await objectsOf(service)).find(({ kind }) => kind === 'Deployment');
  return deployment?.spec?.template?.spec.containers[0] ?? {};
}

interface DevStack {
  serviceEnvironment(service: ServiceName, platform: unknown, caller: Environment): Environment;
  givenProviders(environment: Environment): Environment | undefined;
  createSecrets(known: object): Promise<unknown>;
}

/** Reads parts of a program, which exports nothing to other packages. */
async function readDevStack(): Promise<DevStack> {
  const parts = ['environment', 'providers', 'secrets'].map(
    (name): Promise<Partial<DevStack>> => import(join(root, `tools/dev-stack/src/${name}.ts`)),
  );
  return Object.assign({}, ...(await Promise.all(parts))) as DevStack;
}
