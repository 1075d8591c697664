import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { composeFaults } from '../../src/deploy/compose/check-compose.ts';
import { interpolate, requiredVariables } from '../../src/deploy/compose/interpolate.ts';
import { readDeploymentFiles } from '../../src/deploy/files.ts';
import { readServiceFacts } from '../../src/deploy/service-facts.ts';
import { root } from '../../src/root.ts';
import { type Breakage, broken, isSaid } from './broken.ts';

const files = await readDeploymentFiles();
const services = await readServiceFacts();
const path = 'docker-compose.yml';

/** How Compose writes a variable, with what else stands in its braces. */
const reference = (body: string) => `\${${body}}`;
const from = (name: string) => reference(`${name}:?`);

const breakages: Breakage[] = [
  {
    what: 'a required variable that is not given',
    path,
    from: `      INTERNAL_SIGNING_KEY: ${from('CANVAS_SIGNING_KEY')}\n`,
    to: '',
    says: ['canvas: INTERNAL_SIGNING_KEY is required'],
  },
  {
    what: 'a variable that the service does not read',
    path,
    from: '      TRUST_PROXY:',
    to: '      TRUST_PROXIES:',
    says: ['gateway: TRUST_PROXIES', 'does not read it'],
  },
  {
    what: 'a value that the schema refuses',
    path,
    from: '{LOG_LEVEL:-info}',
    to: '{LOG_LEVEL:-loud}',
    says: ['canvas: LOG_LEVEL', 'loud'],
  },
  {
    what: 'a secret that stands in the open',
    path,
    from: from('AUTH_SIGNING_KEYS'),
    to: 'open',
    says: ['gateway: AUTH_SIGNING_KEYS is a secret'],
  },
  {
    what: 'a service with the database role of another',
    path,
    from: `vc_canvas:${from('CANVAS_DB_PASSWORD')}`,
    to: `vc_gateway:${from('GATEWAY_DB_PASSWORD')}`,
    says: ['canvas: DATABASE_URL must be', 'vc_canvas'],
  },
  {
    what: 'the address of a service with the port of another',
    path,
    from: 'http://prompt-registry:3103',
    to: 'http://prompt-registry:3104',
    says: ['canvas: PROMPT_REGISTRY_URL must be http://prompt-registry:3103'],
  },
  {
    what: 'a published port of another service',
    path,
    from: '  canvas:\n    <<: *service',
    to: '  canvas:\n    <<: *service\n    ports: ["3102:3102"]',
    says: ['canvas: its ports must be []'],
  },
  {
    what: 'a gateway that publishes its internal port',
    path,
    from: ':3000"]',
    to: ':3000", "9100:9100"]',
    says: ['gateway: its ports must be'],
  },
  {
    what: 'a service that is built from the files of another',
    path,
    from: 'dockerfile: apps/canvas/Dockerfile',
    to: 'dockerfile: apps/gateway/Dockerfile',
    says: ['canvas: it must be built from apps/canvas/Dockerfile'],
  },
  {
    what: 'an image of another name',
    path,
    from: 'valuecanvas/canvas:',
    to: 'valuecanvas/canvases:',
    says: ['canvas: the image must be valuecanvas/canvas:<version>'],
  },
  {
    what: 'a writable file system',
    path,
    from: 'read_only: true',
    to: 'read_only: false',
    says: ['read_only'],
  },
  {
    what: 'a service that is not started again',
    path,
    from: 'restart: unless-stopped',
    to: 'restart: "no"',
    says: ['restart'],
  },
  {
    what: 'services that may gain privileges',
    path,
    from: '[no-new-privileges:true]',
    to: '[no-new-privileges:false]',
    says: ['security_opt'],
  },
  {
    what: 'services that start before the migrations are done',
    path,
    from: 'service_completed_successfully',
    to: 'service_started',
    says: ['depends_on/migrate/condition'],
  },
  {
    what: 'an end that comes before a service has stopped',
    path,
    from: 'stop_grace_period: 35s',
    to: 'stop_grace_period: 10s',
    says: ['stop_grace_period must be more than 28s'],
  },
  {
    what: 'a Redis that forgets',
    path,
    from: '--appendonly\n      - "yes"',
    to: '--appendonly\n      - "no"',
    says: ['redis', '--appendonly yes'],
  },
  {
    what: 'a Redis that rewrites its file all the time',
    path,
    from: '512mb',
    to: '64mb',
    says: ['redis', '--auto-aof-rewrite-min-size 512mb'],
  },
  { what: 'a Redis that evicts', path, from: 'noeviction', to: 'allkeys-lru', says: ['redis', 'noeviction'] },
  {
    what: 'a Redis that anybody may use',
    path,
    from: '--requirepass',
    to: '--protected-mode',
    says: ['redis', '--requirepass'],
  },
  {
    what: 'a migration without the password of a role',
    path,
    from: `      CANVAS_DB_PASSWORD: ${from('CANVAS_DB_PASSWORD')}\n`,
    to: '',
    says: ['migrate: CANVAS_DB_PASSWORD'],
  },
];

describe('the check of the Compose file', () => {
  test('finds nothing wrong with the one in the repository', () => {
    expect(composeFaults(files, services)).toEqual([]);
  });

  test.each(breakages)('catches $what', (breakage) => {
    const faults = composeFaults(broken(files, breakage), services);
    expect(faults).toSatisfy((said: string[]) => isSaid(breakage, said));
  });
});

describe('a variable in the Compose file', () => {
  test.each([
    ['what it is', reference('A'), 'a'],
    ['its default', reference('B:-b'), 'b'],
    ['its own value before the default', reference('A:-b'), 'a'],
    ['the default of a default', reference(`B:-${reference('C:-c')}`), 'c'],
    ['an alternative', reference('A:+there'), 'there'],
    ['nothing without it', reference('B:+there'), ''],
    ['part of a text', `x:${reference('A:?')}@y/${reference('B:-z')}`, 'x:a@y/z'],
  ])('becomes %s', (_what, text, expected) => {
    expect(interpolate(text, { A: 'a' })).toBe(expected);
  });

  test('that is required and absent is named', () => {
    expect(() => interpolate(from('B'), {})).toThrow('needs B');
  });
});

test('secrets:generate makes every secret that the Compose file requires, and no other', async () => {
  const command = join(root, 'tools/dev-stack/src/commands/generate-secrets.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [command]);
  const { COMPOSE_PROFILES, LLM_SIMULATOR_URL, ...secrets } = parseEnv(stdout);
  expect([COMPOSE_PROFILES, LLM_SIMULATOR_URL]).toEqual(['simulated', 'http://llm-simulator:4010/v1']);
  expect(Object.keys(secrets).sort()).toEqual(requiredVariables(files.get(path) ?? '').sort());
});
