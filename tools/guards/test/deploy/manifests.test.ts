import { describe, expect, test } from 'vitest';
import { readDeploymentFiles } from '../../src/deploy/files.ts';
import { manifestFaults } from '../../src/deploy/kubernetes/check-manifests.ts';
import { readServiceFacts } from '../../src/deploy/service-facts.ts';
import { type Breakage, broken, isSaid } from './broken.ts';

const files = await readDeploymentFiles();
const services = await readServiceFacts();

const canvas = 'k8s/production/canvas.yaml';
const gateway = 'k8s/production/gateway.yaml';
const migrate = 'k8s/production/01-migrate.yaml';

const secret = (name: string) =>
  `            - name: ${name}\n              valueFrom: { secretKeyRef: { name: canvas-secrets, key: ${name} } }\n`;

const breakages: Breakage[] = [
  {
    what: 'a required variable that is not given',
    path: canvas,
    from: secret('INTERNAL_SIGNING_KEY'),
    to: '',
    says: ['INTERNAL_SIGNING_KEY is required'],
  },
  {
    what: 'a required variable whose Secret may be missing',
    path: canvas,
    from: 'key: DATABASE_URL }',
    to: 'key: DATABASE_URL, optional: true }',
    says: ['DATABASE_URL is required'],
  },
  {
    what: 'a variable that the service does not read',
    path: canvas,
    from: '  LOG_LEVEL: info',
    to: '  LOG_LEVEL: info\n  LOG_LEVL: debug',
    says: ['LOG_LEVL', 'does not read it'],
  },
  {
    what: 'a value that the schema refuses',
    path: canvas,
    from: 'LOG_LEVEL: info',
    to: 'LOG_LEVEL: loud',
    says: ['LOG_LEVEL', 'loud'],
  },
  {
    what: 'a secret that stands in the open',
    path: canvas,
    from: 'valueFrom: { secretKeyRef: { name: canvas-secrets, key: DATABASE_URL } }',
    to: 'value: postgresql://vc_canvas:open@postgres.example:5432/valuecanvas',
    says: ['DATABASE_URL is a secret'],
  },
  {
    what: 'a secret that stands in the ConfigMap',
    path: canvas,
    from: '  LOG_LEVEL: info',
    to: '  LOG_LEVEL: info\n  REDIS_PASSWORD: open',
    says: ['REDIS_PASSWORD is a secret'],
  },
  {
    what: "a secret from another service's Secret",
    path: canvas,
    from: 'name: canvas-secrets, key: REDIS_URL',
    to: 'name: gateway-secrets, key: REDIS_URL',
    says: ['REDIS_URL must come from REDIS_URL in canvas-secrets'],
  },
  {
    what: 'an object with the secrets themselves',
    path: canvas,
    from: 'kind: ConfigMap',
    to: 'kind: Secret',
    says: ['Secret is not a kind of object that belongs here'],
  },
  {
    what: 'a port of the container that is not the default of the schema',
    path: canvas,
    from: 'containerPort: 3102',
    to: 'containerPort: 3103',
    says: ["the container's ports", 'http 3102'],
  },
  {
    what: 'a port of the Service that is not the default of the schema',
    path: canvas,
    from: 'port: 9102, targetPort: internal',
    to: 'port: 9103, targetPort: internal',
    says: ["the Service's ports", 'internal 9102'],
  },
  {
    what: 'the address of a service that does not exist',
    path: gateway,
    from: 'http://canvas:3102',
    to: 'http://canvases:3102',
    says: ['CANVAS_URL must be http://canvas:3102'],
  },
  {
    what: 'the address of a service with the port of another',
    path: gateway,
    from: 'http://canvas:9102',
    to: 'http://canvas:9103',
    says: ['CANVAS_INTERNAL_URL must be http://canvas:9102'],
  },
  {
    what: 'an address that is left to its default',
    path: gateway,
    from: '  JOB_WORKER_URL: http://job-worker:3105\n',
    to: '',
    says: ['JOB_WORKER_URL', 'absent'],
  },
  {
    what: 'a probe of the public port',
    path: canvas,
    from: 'path: /health/ready, port: internal',
    to: 'path: /health/ready, port: http',
    says: ['readinessProbe', 'port'],
  },
  {
    what: 'a liveness probe that asks for readiness',
    path: canvas,
    from: '/health/live',
    to: '/health/ready',
    says: ['livenessProbe', 'path'],
  },
  {
    what: 'a pod that may run as root',
    path: canvas,
    from: 'runAsNonRoot: true',
    to: 'runAsNonRoot: false',
    says: ['runAsNonRoot'],
  },
  {
    what: 'a writable root file system',
    path: canvas,
    from: 'readOnlyRootFilesystem: true',
    to: 'readOnlyRootFilesystem: false',
    says: ['readOnlyRootFilesystem'],
  },
  {
    what: 'a container that may gain privileges',
    path: canvas,
    from: 'allowPrivilegeEscalation: false',
    to: 'allowPrivilegeEscalation: true',
    says: ['allowPrivilegeEscalation'],
  },
  {
    what: 'a container that keeps its capabilities',
    path: canvas,
    from: 'drop: [ALL]',
    to: 'drop: [NET_RAW]',
    says: ['capabilities/drop'],
  },
  {
    what: 'a pod without a system call filter',
    path: canvas,
    from: '        seccompProfile: { type: RuntimeDefault }\n',
    to: '',
    says: ['seccompProfile'],
  },
  {
    what: "a pod with the cluster's token",
    path: canvas,
    from: 'automountServiceAccountToken: false',
    to: 'automountServiceAccountToken: true',
    says: ['automountServiceAccountToken'],
  },
  {
    what: 'a rollout that takes pods away first',
    path: canvas,
    from: 'maxUnavailable: 0',
    to: 'maxUnavailable: 1',
    says: ['maxUnavailable'],
  },
  {
    what: 'a single replica',
    path: canvas,
    from: 'replicas: 2',
    to: 'replicas: 1',
    says: ['replicas'],
  },
  {
    what: 'a container without limits',
    path: canvas,
    from: '            limits: { memory: 512Mi }\n',
    to: '',
    says: ['limits'],
  },
  {
    what: 'a misspelt field',
    path: canvas,
    from: 'enableServiceLinks',
    to: 'enableServicesLinks',
    says: ['enableServicesLinks'],
  },
  {
    what: 'an end that comes before the service has stopped',
    path: canvas,
    from: 'terminationGracePeriodSeconds: 40',
    to: 'terminationGracePeriodSeconds: 30',
    says: ['terminationGracePeriodSeconds must be more than 33'],
  },
  {
    what: 'a port that closes before endpoints are updated',
    path: canvas,
    from: 'SHUTDOWN_DRAIN_MS: "5000"',
    to: 'SHUTDOWN_DRAIN_MS: "0"',
    says: ['SHUTDOWN_DRAIN_MS'],
  },
  {
    what: 'an image of another name',
    path: canvas,
    from: 'valuecanvas/canvas:0.1.0',
    to: 'valuecanvas/canvas-service:0.1.0',
    says: ['valuecanvas/canvas:<version>'],
  },
  {
    what: 'an image whose version moves',
    path: canvas,
    from: 'valuecanvas/canvas:0.1.0',
    to: 'valuecanvas/canvas:latest',
    says: ['valuecanvas/canvas:<version>'],
  },
  {
    what: 'a Service that selects no pods',
    path: canvas,
    from: '  selector: { app: canvas }',
    to: '  selector: { app: canvases }',
    says: ['the selector of the Service must be canvas'],
  },
  {
    what: 'a container that reads no ConfigMap of its own',
    path: canvas,
    from: 'configMapRef: { name: canvas-config }',
    to: 'configMapRef: { name: gateway-config }',
    says: ['canvas-config'],
  },
  {
    what: 'a file that is no YAML',
    path: canvas,
    from: 'data:\n',
    to: 'data: {\n',
    says: [canvas],
  },
  {
    what: 'a migration without the password of a role',
    path: migrate,
    from: 'name: CANVAS_DB_PASSWORD',
    to: 'name: CANVASES_DB_PASSWORD',
    says: ['CANVAS_DB_PASSWORD must come from'],
  },
  {
    what: 'a migration with what it does not read',
    path: migrate,
    from: 'name: CANVAS_DB_PASSWORD',
    to: 'name: CANVASES_DB_PASSWORD',
    says: ['CANVASES_DB_PASSWORD', 'does not read it'],
  },
  {
    what: 'a namespace that lets anything run',
    path: 'k8s/production/00-namespace.yaml',
    from: 'restricted',
    to: 'privileged',
    says: ['pod-security.kubernetes.io'],
  },
];

describe('the check of the manifests', () => {
  test('finds nothing wrong with those in the repository', () => {
    expect(manifestFaults(files, services)).toEqual([]);
  });

  test.each(breakages)('catches $what', (breakage) => {
    const faults = manifestFaults(broken(files, breakage), services);
    expect(faults).toSatisfy((said: string[]) => isSaid(breakage, said));
  });

  test('misses a service without a manifest', () => {
    const without = new Map([...files].filter(([path]) => path !== canvas));
    expect(manifestFaults(without, services)).toEqual([`${canvas} is missing.`]);
  });

  test('catches a manifest that belongs to no service', () => {
    const stranger = new Map([...files, ['k8s/production/canvases.yaml', files.get(canvas) ?? '']]);
    expect(manifestFaults(stranger, services)).toEqual([
      'k8s/production/canvases.yaml: belongs to no service.',
    ]);
  });
});
