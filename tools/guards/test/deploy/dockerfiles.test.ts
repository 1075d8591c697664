import { describe, expect, test } from 'vitest';
import { dockerfileFaults } from '../../src/deploy/dockerfile/check-dockerfile.ts';
import { readDeploymentFiles } from '../../src/deploy/files.ts';
import { nodeVersion } from '../../src/deploy/node-version.ts';
import { readServiceFacts } from '../../src/deploy/service-facts.ts';
import { type Breakage, broken, isSaid } from './broken.ts';

const files = await readDeploymentFiles();
const services = await readServiceFacts();
const version = await nodeVersion();
const canvas = 'apps/canvas/Dockerfile';

const breakages: Breakage[] = [
  {
    what: 'a base image that moves',
    path: canvas,
    from: `node:${version}-bookworm-slim`,
    to: 'node:24',
    says: ['must be built from'],
  },
  {
    what: 'a base image of another registry',
    path: canvas,
    from: 'FROM node:',
    to: 'FROM registry.test/node:',
    says: ['must be built from'],
  },
  { what: 'an image that runs as root', path: canvas, from: 'USER node\n', to: '', says: ['USER node'] },
  {
    what: 'an image that becomes root again',
    path: canvas,
    from: 'USER node\n',
    to: 'USER node\nUSER root\n',
    says: ['USER node'],
  },
  { what: 'ADD', path: canvas, from: 'COPY . .', to: 'ADD . .', says: ['ADD is not used'] },
  {
    what: 'a secret in ENV',
    path: canvas,
    from: 'ENV NODE_ENV',
    to: 'ENV REDIS_PASSWORD=open NODE_ENV',
    says: ['REDIS_PASSWORD is a secret'],
  },
  {
    what: 'a secret in ARG',
    path: canvas,
    from: 'ARG SERVICE_VERSION=dev',
    to: 'ARG SERVICE_VERSION=dev\nARG NPM_TOKEN',
    says: ['NPM_TOKEN is a secret'],
  },
  {
    what: 'a CMD that a shell reads',
    path: canvas,
    from: 'CMD ["node", "--no-allocation-site-pretenuring", ',
    to: 'CMD ["node" "--no-allocation-site-pretenuring", ',
    says: ['exec form'],
  },
  {
    what: 'a CMD without tracing',
    path: canvas,
    from: '"--import", "./register.js", ',
    to: '',
    says: ['CMD'],
  },
  {
    what: 'a CMD without a flag for V8',
    path: canvas,
    from: '"--max-semi-space-size=32", ',
    to: '',
    says: ['CMD'],
  },
  {
    what: 'memory that malloc keeps',
    path: canvas,
    from: 'ENV GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1048576',
    to: 'ENV GLIBC_TUNABLES=glibc.malloc.mmap_threshold=0',
    says: ['ENV'],
  },
  {
    what: 'packages for development in the image',
    path: canvas,
    from: ' --omit=dev',
    to: '',
    says: ['--omit=dev'],
  },
  {
    what: 'packages that run scripts when installed',
    path: canvas,
    from: '--omit=dev --ignore-scripts',
    to: '--omit=dev',
    says: ['--ignore-scripts'],
  },
  {
    what: 'packages of the stage that builds',
    path: canvas,
    from: '--from=prune',
    to: '--from=build',
    says: ['--omit=dev'],
  },
  {
    what: 'an install that ignores the lock file',
    path: canvas,
    from: 'npm ci --ignore-scripts',
    to: 'npm install',
    says: ['npm ci'],
  },
  {
    what: 'a step in the image itself',
    path: canvas,
    from: 'USER node\n',
    to: 'RUN apt-get update\nUSER node\n',
    says: ['the last stage may only copy'],
  },
  {
    what: 'a port that is not the default of the schema',
    path: canvas,
    from: 'EXPOSE 3102',
    to: 'EXPOSE 3103',
    says: ['EXPOSE with 3102 9102'],
  },
  {
    what: 'a health check of the public port',
    path: canvas,
    from: '|| 9102',
    to: '|| 3102',
    says: ['HEALTHCHECK'],
  },
  {
    what: 'the build of another service',
    path: canvas,
    from: 'main.ts canvas',
    to: 'main.ts gateway',
    says: ['must build canvas'],
  },
  {
    what: 'an image for development',
    path: canvas,
    from: 'NODE_ENV=production',
    to: 'NODE_ENV=development',
    says: ['NODE_ENV'],
  },
  {
    what: 'an image that does not know its version',
    path: canvas,
    from: 'ARG SERVICE_VERSION=dev\n',
    to: '',
    says: ['ARG'],
  },
  {
    what: 'a way of its own',
    path: canvas,
    from: '--interval=15s',
    to: '--interval=16s',
    says: ['differs from those of the other services'],
  },
  {
    what: 'a migration image that runs as root',
    path: 'tools/database/Dockerfile',
    from: 'USER node\n',
    to: '',
    says: ['USER node'],
  },
];

describe('the check of the Dockerfiles', () => {
  test('finds nothing wrong with those in the repository', () => {
    expect(dockerfileFaults(files, services, version)).toEqual([]);
  });

  test.each(breakages)('catches $what', (breakage) => {
    const faults = dockerfileFaults(broken(files, breakage), services, version);
    expect(faults).toSatisfy((said: string[]) => isSaid(breakage, said));
  });

  test('misses a service without a Dockerfile', () => {
    const without = new Map([...files].filter(([path]) => path !== canvas));
    expect(dockerfileFaults(without, services, version)).toEqual([`${canvas}: is missing.`]);
  });
});
