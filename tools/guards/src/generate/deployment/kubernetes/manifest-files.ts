import type { ServiceVariables } from '@valuecanvas/environment';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { INamespace } from 'kubernetes-models/v1';
import type { GeneratedFile } from '../../generated-file.ts';
import { ingressFile } from './ingress.ts';
import { backupFile, migrateFile } from './jobs.ts';
import { manifestText } from './manifest-text.ts';
import { folder, namespace, notice } from './objects.ts';
import { type AlertGroups, optionalFiles } from './optional-files.ts';
import { serviceFile } from './service-manifest.ts';
import { callsBetween } from './service-network.ts';

interface ManifestInputs {
  readonly services: readonly ServiceVariables[];
  /** Version of the images. */
  readonly version: string;
  readonly alertGroups: AlertGroups;
}

/** Manifests of the namespace, of the migration, of backups, of every service and of the ingress, and the optional ones. */
export function manifestFiles({ services, version, alertGroups }: ManifestInputs): GeneratedFile[] {
  const calls = callsBetween(services);
  return [
    {
      path: `${folder}/00-namespace.yaml`,
      content: manifestText({ head: [notice], objects: [namespaceObject, denyEverything] }),
    },
    { path: `${folder}/01-migrate.yaml`, content: migrateFile(version) },
    { path: `${folder}/02-backup.yaml`, content: backupFile(version) },
    ...services.map((service) => ({
      path: `${folder}/${service.service}.yaml`,
      content: serviceFile(service, { version, calls }),
    })),
    { path: `${folder}/ingress.yaml`, content: ingressFile() },
    ...optionalFiles(alertGroups),
  ];
}

const namespaceObject: INamespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

/** Pods neither call nor are called, except as the policy of their app says. */
const denyEverything: INetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-everything', namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};
