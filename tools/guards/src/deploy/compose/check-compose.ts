import { services as databaseServices, passwordVariable, serviceRoles } from '@valuecanvas/database';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import type { Files } from '../files.ts';
import { type Given, isSecret, variableFaults } from '../given-variables.ts';
import { imageFaults } from '../image-names.ts';
import { describeError } from '../schema-errors.ts';
import type { ServiceFacts } from '../service-facts.ts';
import { type ComposeFile, type ComposeService, composeSchema } from './compose-schema.ts';
import { interpolate, requiredVariables } from './interpolate.ts';

const path = 'docker-compose.yml';

/** What is wrong with the Compose file: each fault begins with the file and names service and variable. */
export function composeFaults(files: Files, services: readonly ServiceFacts[]): string[] {
  const text = files.get(path);
  if (text === undefined) return [`${path} is missing.`];
  const document = parseDocument(text, { merge: true });
  if (document.errors[0]) return [`${path}: ${document.errors[0].message}`];
  const file: unknown = document.toJS();
  const errors = Value.Errors(composeSchema, file);
  const faults =
    errors.length > 0
      ? errors.map((error) => `${describeError(error)}.`)
      : contentFaults(file as ComposeFile, text, services);
  return faults.map((fault) => `${path}: ${fault}`);
}

function contentFaults(file: ComposeFile, text: string, services: readonly ServiceFacts[]): string[] {
  const { migrate, redis, 'llm-simulator': simulator } = file.services;
  const required = requiredVariables(text);
  return [
    ...services.flatMap((service) =>
      serviceFaults(service, file.services[service.name], { required, services }).map(named(service.name)),
    ),
    ...originFaults('migrate', 'tools/database/Dockerfile', migrate).map(named('migrate')),
    ...originFaults('llm-simulator', 'tools/llm-simulator/Dockerfile', simulator).map(named('llm-simulator')),
    ...migrationFaults(migrate.environment).map(named('migrate')),
    ...redisFaults(redis.command).map(named('redis')),
  ];
}

const named = (service: string) => (fault: string) => `${service}: ${fault}`;

function serviceFaults(
  service: ServiceFacts,
  found: ComposeService,
  context: { readonly required: readonly string[]; readonly services: readonly ServiceFacts[] },
): string[] {
  const { name, ports } = service;
  const published = name === 'gateway' ? [`\${PORT:-${ports.http}}:${ports.http}`] : [];
  return [
    ...originFaults(name, `apps/${name}/Dockerfile`, found),
    ...((found.ports ?? []).join() === published.join() ? [] : [`its ports must be [${published}].`]),
    ...secretFaults(service, found.environment),
    ...environmentFaults(service, found.environment, context),
    ...databaseFaults(service, found.environment),
    ...graceFaults(service, found),
  ];
}

function originFaults(
  name: string,
  dockerfile: string,
  { image, build }: { readonly image: string; readonly build: { readonly dockerfile: string } },
): string[] {
  return [
    ...imageFaults(name, interpolate(image, {})),
    ...(build.dockerfile === dockerfile
      ? []
      : [`it must be built from ${dockerfile}, not ${build.dockerfile}.`]),
  ];
}

/** With answers of real providers and with simulated ones. */
function environmentFaults(
  service: ServiceFacts,
  environment: ComposeService['environment'],
  {
    required,
    services,
  }: { readonly required: readonly string[]; readonly services: readonly ServiceFacts[] },
): string[] {
  const secrets = Object.fromEntries(required.map((name) => [name, 'generated']));
  const variants = [secrets, { ...secrets, LLM_SIMULATOR_URL: 'http://llm-simulator:4010/v1' }];
  const faults = variants.flatMap((variables) => {
    const given = Object.entries(environment).map(([name, value]): [string, Given] => [
      name,
      { kind: 'plain', value: interpolate(value, variables) },
    ]);
    return variableFaults(service, new Map(given), services);
  });
  return [...new Set(faults)];
}

function secretFaults({ variables }: ServiceFacts, environment: ComposeService['environment']): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => isSecret(variables[name]) && !value.includes('${'))
    .map(([name]) => `${name} is a secret and stands in the open: take it from .env.`);
}

function databaseFaults({ name }: ServiceFacts, environment: ComposeService['environment']): string[] {
  const account = `${serviceRoles[name]}:\${${passwordVariable(name)}:?}`;
  const expected = `postgresql://${account}@postgres:5432/valuecanvas`;
  return environment.DATABASE_URL === expected ? [] : [`DATABASE_URL must be ${expected}.`];
}

/** Longer than the service may take: its default, and three seconds for phases that are late. */
function graceFaults({ variables }: ServiceFacts, { stop_grace_period }: ComposeService): string[] {
  const { default: graceMs = 0 } = variables.SHUTDOWN_GRACE_MS as { default?: number };
  const neededSeconds = graceMs / 1_000 + 3;
  const [, seconds = '0'] = /^(\d+)s$/.exec(stop_grace_period) ?? [];
  return Number(seconds) > neededSeconds
    ? []
    : [`stop_grace_period must be more than ${neededSeconds}s, not ${stop_grace_period}.`];
}

function migrationFaults(environment: ComposeService['environment']): string[] {
  const expected = ['MIGRATION_DATABASE_URL', ...databaseServices.map(passwordVariable)];
  return expected
    .filter((name) => !environment[name]?.includes('${'))
    .map((name) => `${name} must come from .env.`);
}

/** Queue, journal and budgets are lost without these, but for the second, which saves a busy Redis a tenth of its CPU. */
const redisOptions = [
  '--appendonly yes',
  '--auto-aof-rewrite-min-size 512mb',
  '--maxmemory-policy noeviction',
  '--requirepass',
];

function redisFaults(command: readonly string[]): string[] {
  return redisOptions
    .filter((option) => !command.join(' ').includes(option))
    .map((option) => `must be started with ${option}.`);
}
