import { services as databaseServices, passwordVariable } from '@valuecanvas/database';
import type { Files } from '../files.ts';
import { imageFaults } from '../image-names.ts';
import type { ServiceFacts } from '../service-facts.ts';
import type { Manifest } from './manifest-schema.ts';
import { ofKind, readManifestFile } from './read-manifests.ts';
import { serviceManifestFaults } from './service-manifest.ts';

const folder = 'k8s/production';

/** What is wrong with the manifests: each fault begins with the file and names what is meant. */
export function manifestFaults(files: Files, services: readonly ServiceFacts[]): string[] {
  const found = [...files].filter(([path]) => path.startsWith(`${folder}/`));
  const missing = services.filter(({ name }) => !files.has(`${folder}/${name}.yaml`));
  return [
    ...missing.map(({ name }) => `${folder}/${name}.yaml is missing.`),
    ...found.flatMap(([path, text]) => {
      const { manifests, faults } = readManifestFile(text);
      const further = faults.length > 0 ? [] : faultsOf(path, manifests, services);
      return [...faults, ...further].map((fault) => `${path}: ${fault}`);
    }),
  ];
}

function faultsOf(path: string, manifests: readonly Manifest[], services: readonly ServiceFacts[]): string[] {
  const service = services.find(({ name }) => path === `${folder}/${name}.yaml`);
  if (service) return serviceManifestFaults(service, manifests, services);
  if (path === `${folder}/00-namespace.yaml`) return only(manifests, 'Namespace');
  if (path === `${folder}/01-migrate.yaml`) return [...only(manifests, 'Job'), ...migrationFaults(manifests)];
  return ['belongs to no service.'];
}

function only(manifests: readonly Manifest[], kind: 'Namespace' | 'Job'): string[] {
  return manifests.map((one) => one.kind).join() === kind ? [] : [`must hold one ${kind} and nothing else.`];
}

function migrationFaults(manifests: readonly Manifest[]): string[] {
  const expected = ['MIGRATION_DATABASE_URL', ...databaseServices.map(passwordVariable)];
  return ofKind(manifests, 'Job').flatMap(({ spec }) => {
    const [{ env, image }] = spec.template.spec.containers;
    const fromSecret = env
      .filter(({ name, valueFrom }) => {
        const { secretKeyRef } = valueFrom ?? {};
        return (
          secretKeyRef?.name === 'migrate-secrets' && secretKeyRef.key === name && !secretKeyRef.optional
        );
      })
      .map(({ name }) => name);
    const missing = expected.filter((name) => !fromSecret.includes(name));
    const further = env.filter(({ name }) => !expected.includes(name));
    return [
      ...imageFaults('migrate', image),
      ...missing.map((name) => `${name} must come from ${name} in migrate-secrets.`),
      ...further.map(({ name }) => `${name} is given and the migration does not read it.`),
    ];
  });
}
