import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames } from '@valuecanvas/contracts-core';
import { modelVariables, parseConfig } from '@valuecanvas/service-kit';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IConfigMap } from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { root } from '../../src/root.ts';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const folder = join(root, 'k8s/production');

/** Packages with the schemas of custom resources, by their API group. All others are those of Kubernetes itself. */
const packagesOfGroups: Readonly<Record<string, string>> = {
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.yaml')).sort();
const objects = await Promise.all(
  files.map(async (file) => ({ file, found: await objectsIn(file, '1.2') })),
).then((all) => all.flatMap(({ file, found }) => found.map((object) => ({ file, object }))));

async function objectsIn(file: string, version: '1.1' | '1.2'): Promise<KubernetesObject[]> {
  const text = await readFile(join(folder, file), 'utf8');
  return parseAllDocuments(text, { version }).map((document) => document.toJS() as KubernetesObject);
}

const groupOf = ({ apiVersion }: KubernetesObject) => apiVersion.split('/')[0] ?? '';

/** Checks an object against the schema that Kubernetes, or the custom resource, publishes. Throws if it does not match. */
async function validate(object: KubernetesObject): Promise<void> {
  const models = packagesOfGroups[groupOf(object)] ?? 'kubernetes-models';
  const kinds: Record<string, new (data: unknown) => { validate(): void }> = await import(
    `${models}/${object.apiVersion}`
  );
  const Kind = kinds[object.kind];
  if (!Kind) throw new Error(`${object.apiVersion} has no ${object.kind}.`);
  new Kind(object).validate();
}

/** The object of a kind and name. Throws if there is none. */
function objectOf<T>(kind: string, name: string): T {
  const found = objects.find(({ object }) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}.`);
  return found.object as T;
}

describe('every manifest', () => {
  test.each(
    objects.map(({ file, object }) => [`${object.kind} ${object.metadata.name}`, file, object] as const),
  )('matches the schema of the API: %s in %s', async (_what, _file, object) => {
    await expect(validate(object)).resolves.toBeUndefined();
  });

  test('is refused by the schema with a wrong type, a missing field or an unknown kind', async () => {
    const { metadata, ...policy } = objectOf<INetworkPolicy & KubernetesObject>('NetworkPolicy', 'canvas');
    await expect(validate({ ...policy, metadata: { name: 3 } } as never)).rejects.toThrow();
    await expect(
      validate({ ...policy, metadata, spec: { podSelector: 'canvas' } } as never),
    ).rejects.toThrow();
    await expect(validate({ ...policy, metadata, kind: 'Policy' } as never)).rejects.toThrow('has no Policy');
    const deployment = objectOf<IDeployment & KubernetesObject>('Deployment', 'canvas');
    const { selector: _, ...spec } = deployment.spec ?? { selector: {} };
    await expect(validate({ ...deployment, spec } as never)).rejects.toThrow('selector');
  });

  test.each(files)('is the same in YAML 1.1, which kubectl reads: %s', async (file) => {
    expect(await objectsIn(file, '1.1')).toEqual(await objectsIn(file, '1.2'));
  });
});

test('kubectl apply of the folder needs no custom resources', () => {
  const applied = objects.filter(({ file }) => !file.includes('/'));
  expect(applied.length).toBeGreaterThan(0);
  expect(applied.filter(({ object }) => groupOf(object) in packagesOfGroups)).toEqual([]);
});

describe.each(serviceNames)('%s', (service) => {
  const deployment = objectOf<IDeployment>('Deployment', service);
  const pod = deployment.spec?.template.spec;

  test('has an identity without a token, a disruption budget, an autoscaler and a network policy', () => {
    expect(pod).toMatchObject({ serviceAccountName: service, automountServiceAccountToken: false });
    expect(objectOf('ServiceAccount', service)).toMatchObject({ automountServiceAccountToken: false });
    const labels = deployment.spec?.template.metadata?.labels;
    expect(objectOf('PodDisruptionBudget', service)).toMatchObject({
      spec: { selector: { matchLabels: labels } },
    });
    expect(objectOf('NetworkPolicy', service)).toMatchObject({
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress', 'Egress'] },
    });
    expect(objectOf('HorizontalPodAutoscaler', service)).toMatchObject({
      spec: { scaleTargetRef: { kind: 'Deployment', name: service } },
    });
    // A number here would undo the autoscaler's at each kubectl apply.
    expect(deployment.spec).not.toHaveProperty('replicas');
  });

  test('may finish a request for a model before it is killed', () => {
    const { data = {} } = objectOf<IConfigMap>('ConfigMap', `${service}-config`);
    const { LLM_DEADLINE: deadlineMs } = parseConfig(modelVariables, {});
    expect(Number(data.SHUTDOWN_GRACE_MS)).toBeGreaterThan(deadlineMs);
    const stopMs = Number(data.SHUTDOWN_DRAIN_MS) + Number(data.SHUTDOWN_GRACE_MS);
    expect(Number(pod?.terminationGracePeriodSeconds) * 1_000).toBeGreaterThan(stopMs);
  });

  test('waits for the migrations of its release, with its own role', () => {
    const [wait] = pod?.initContainers ?? [];
    expect(wait?.command?.at(-1)).toBe('tools/database/src/commands/await-schema.ts');
    expect(wait?.env).toEqual([
      {
        name: 'DATABASE_URL',
        valueFrom: { secretKeyRef: { name: `${service}-secrets`, key: 'DATABASE_URL', optional: true } },
      },
    ]);
    const migration = objects.find(({ object }) => object.kind === 'Job')?.object as unknown as IDeployment;
    expect(wait?.image).toBe(migration.spec?.template.spec?.containers[0]?.image);
  });
});

/** Calls that the network allows, stated here and not read from the manifests. `internal` is the port of health checks. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  gateway: [
    'llm-router:3101',
    'llm-router:9101',
    'canvas:3102',
    'canvas:9102',
    'prompt-registry:3103',
    'prompt-registry:9103',
    'feature-flags:3104',
    'feature-flags:9104',
    'job-worker:3105',
    'job-worker:9105',
    'postgres and redis',
    'mail',
    'internet',
  ],
  'llm-router': ['prompt-registry:3103', 'feature-flags:3104', 'postgres and redis', 'internet'],
  canvas: ['llm-router:3101', 'prompt-registry:3103', 'feature-flags:3104', 'postgres and redis'],
  'prompt-registry': ['llm-router:3101', 'postgres and redis'],
  'feature-flags': ['llm-router:3101', 'postgres and redis'],
  'job-worker': [
    'canvas:3102',
    'llm-router:3101',
    'prompt-registry:3103',
    'postgres and redis',
    'mail',
    'internet',
  ],
  migrate: ['postgres'],
  backup: ['postgres', 'aws'],
};

test.each(Object.entries(allowed))('the network lets %s call nothing else', (app, expected) => {
  const rules = objectOf<INetworkPolicy>('NetworkPolicy', app).spec?.egress ?? [];
  const calls = rules.flatMap(({ to = [], ports = [] }) => {
    const numbers = ports.map(({ port }) => port);
    if (to.length === 0) return numbers.map((port) => `any:${port}`);
    return to.flatMap(({ podSelector, namespaceSelector, ipBlock }) => {
      const place =
        podSelector?.matchLabels?.app ??
        namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] ??
        (ipBlock?.except?.includes('10.0.0.0/8') ? 'internet' : 'aws');
      return numbers.map((port) => `${place}:${port}`);
    });
  });
  const common = ['any:53', 'any:53', ...(serviceNames.includes(app as never) ? ['observability:4318'] : [])];
  const named: Readonly<Record<string, readonly string[]>> = {
    postgres: ['any:5432', 'any:6543'],
    'postgres and redis': ['any:5432', 'any:6543', 'any:6379'],
    mail: ['any:25', 'any:465', 'any:587'],
    internet: ['internet:443'],
    aws: ['aws:443'],
  };
  expect(calls.sort()).toEqual([...common, ...expected.flatMap((call) => named[call] ?? [call])].sort());
});

test.each(serviceNames)('the network lets %s be called by its callers only', (service) => {
  const rules = objectOf<INetworkPolicy>('NetworkPolicy', service).spec?.ingress ?? [];
  const callers = rules
    .filter(({ ports = [] }) => ports.some(({ port }) => port === 'http'))
    .flatMap(({ from = [] }) =>
      from.map(({ podSelector }) => podSelector?.matchLabels?.app ?? 'ingress-nginx'),
    );
  const name = objectOf<{ spec: { ports: { port: number }[] } }>('Service', service).spec.ports[0]?.port;
  const expected = Object.entries(allowed).flatMap(([caller, calls]) =>
    calls.includes(`${service}:${name}`) ? [caller] : [],
  );
  expect(callers.sort()).toEqual(service === 'gateway' ? ['ingress-nginx'] : expected.sort());
});
