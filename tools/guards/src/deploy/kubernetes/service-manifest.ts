import { type Given, openSecrets, variableFaults } from '../given-variables.ts';
import { imageFaults } from '../image-names.ts';
import type { ServiceFacts } from '../service-facts.ts';
import type { Manifest, Variable } from './manifest-schema.ts';
import { ofKind } from './read-manifests.ts';

type Pod = Manifest<'Deployment'>['spec']['template']['spec'];

/** What is wrong with the manifest of one service, given objects that have the form of their kind. */
export function serviceManifestFaults(
  service: ServiceFacts,
  manifests: readonly Manifest[],
  services: readonly ServiceFacts[],
): string[] {
  const [deployment, ...more] = ofKind(manifests, 'Deployment');
  const [address, ...others] = ofKind(manifests, 'Service');
  const [config, ...rest] = ofKind(manifests, 'ConfigMap');
  if (!deployment || !address || !config || more.length + others.length + rest.length > 0) {
    return ['must hold one ConfigMap, one Service and one Deployment.'];
  }
  const pod = deployment.spec.template.spec;
  const [{ env, image }] = pod.containers;
  const given = givenBy(config.data, env);
  return [
    ...nameFaults(service.name, { deployment, address, config }),
    ...portFaults(service, address, pod),
    ...imageFaults(service.name, image),
    ...variableFaults(service, given, services),
    ...openSecrets(service, given),
    ...referenceFaults(service.name, env),
    ...shutdownFaults(config.data, pod.terminationGracePeriodSeconds),
  ];
}

function givenBy(data: Readonly<Record<string, string>>, env: readonly Variable[]): Map<string, Given> {
  return new Map<string, Given>([
    ...Object.entries(data).map(([name, value]): [string, Given] => [name, { kind: 'plain', value }]),
    ...env.map((variable): [string, Given] => [variable.name, givenByVariable(variable)]),
  ]);
}

function givenByVariable({ value, valueFrom }: Variable): Given {
  if (value !== undefined) return { kind: 'plain', value };
  return { kind: 'reference', optional: valueFrom?.secretKeyRef?.optional === true };
}

/** One name everywhere, or selectors and references would miss what they mean. */
function nameFaults(
  name: string,
  found: { deployment: Manifest<'Deployment'>; address: Manifest<'Service'>; config: Manifest<'ConfigMap'> },
): string[] {
  const { deployment, address, config } = found;
  const { selector, template } = deployment.spec;
  const { containers, topologySpreadConstraints } = template.spec;
  const expected: [what: string, value: string, expected: string][] = [
    ['the name of the Deployment', deployment.metadata.name, name],
    ['the name of the Service', address.metadata.name, name],
    ['the name of the ConfigMap', config.metadata.name, `${name}-config`],
    ['the ConfigMap that the container reads', containers[0].envFrom[0].configMapRef.name, `${name}-config`],
    ['the name of the container', containers[0].name, name],
    ['the selector of the Service', address.spec.selector.app, name],
    ['the selector of the Deployment', selector.matchLabels.app, name],
    ['the label of the pods', template.metadata.labels.app, name],
    ...[deployment, address, config].map(
      ({ kind, metadata }) =>
        [`the label of the ${kind}`, metadata.labels.app, name] satisfies [string, string, string],
    ),
    ...topologySpreadConstraints.map(
      ({ labelSelector }) =>
        ['the spread of the pods', labelSelector.matchLabels.app, name] satisfies [string, string, string],
    ),
  ];
  return expected
    .filter(([, value, wanted]) => value !== wanted)
    .map(([what, value, wanted]) => `${what} must be ${wanted}, not ${value}.`);
}

function portFaults({ ports }: ServiceFacts, address: Manifest<'Service'>, pod: Pod): string[] {
  const expected = `http ${ports.http}, internal ${ports.internal}`;
  const ofContainer = pod.containers[0].ports.map(({ name, containerPort }) => `${name} ${containerPort}`);
  const ofService = address.spec.ports.map(({ name, port }) => `${name} ${port}`);
  const aimless = address.spec.ports.filter(({ name, targetPort }) => name !== targetPort);
  return [
    ...(ofContainer.join(', ') === expected ? [] : [`the container's ports must be ${expected}.`]),
    ...(ofService.join(', ') === expected ? [] : [`the Service's ports must be ${expected}.`]),
    ...aimless.map(
      ({ name, targetPort }) => `the Service's port ${name} must lead to ${name}, not ${targetPort}.`,
    ),
  ];
}

/** A service reads its own Secret, under the variable's name, and what all share. */
function referenceFaults(service: string, env: readonly Variable[]): string[] {
  return env.flatMap(({ name, value, valueFrom }) => {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    if (value !== undefined) return [`${name} belongs in the ConfigMap.`];
    const found = secretKeyRef ?? configMapKeyRef;
    const source = secretKeyRef ? `${service}-secrets` : 'internal-public-keys';
    if (found?.name === source && found.key === name) return [];
    return [`${name} must come from ${name} in ${source}.`];
  });
}

/** Milliseconds that the kit gives to phases that are late, beyond the time that they all share. */
const lateStepsMs = 3_000;

function shutdownFaults(data: Readonly<Record<string, string>>, graceSeconds: number): string[] {
  const drainMs = Number(data.SHUTDOWN_DRAIN_MS ?? 0);
  const neededMs = drainMs + Number(data.SHUTDOWN_GRACE_MS ?? Number.NaN) + lateStepsMs;
  return [
    ...(drainMs > 0 ? [] : ['SHUTDOWN_DRAIN_MS must leave time for endpoints to be updated.']),
    ...(graceSeconds * 1_000 > neededMs
      ? []
      : [
          `terminationGracePeriodSeconds must be more than ${neededMs / 1_000} (SHUTDOWN_DRAIN_MS + SHUTDOWN_GRACE_MS + ${lateStepsMs / 1_000} s).`,
        ]),
  ];
}
