import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import type { Environment } from '@valuecanvas/service-kit';
import { type Result, runChecks } from './check.ts';
import { awsChecks } from './checks/aws.ts';
import { keyChecks } from './checks/keys.ts';
import { mailChecks } from './checks/mail.ts';
import { postgresChecks } from './checks/postgres.ts';
import { providerChecks } from './checks/providers.ts';
import { redisChecks } from './checks/redis.ts';
import { supabaseChecks } from './checks/supabase.ts';
import { telemetryChecks } from './checks/telemetry.ts';
import { describeReadings, readConfiguration } from './configurations.ts';
import { completeEnvironment } from './service-environment.ts';
import { readServiceVariables } from './service-variables.ts';
import { knownNames, unknownNames } from './unknown-names.ts';

export interface VerifyOptions {
  /** Services that get this environment. */
  readonly services?: readonly ServiceName[];
  /** Milliseconds that each connection may take. */
  readonly timeoutMs?: number;
}

/** Checks the variables of an environment against each service's schema, and tests each connection that they configure. */
export async function verifyEnvironment(
  given: Environment,
  { services = serviceNames, timeoutMs = 10_000 }: VerifyOptions = {},
): Promise<Result[]> {
  const environment = completeEnvironment(given);
  const unknown = unknownNames(Object.keys(given), await knownNames(await readServiceVariables()));
  const readings = await Promise.all(services.map((service) => readConfiguration(service, environment)));
  const configurations = readings.flatMap(({ configuration }) => configuration ?? []);
  const checks = [
    ...keyChecks(configurations),
    ...postgresChecks(configurations, environment.MIGRATION_DATABASE_URL?.trim()),
    ...redisChecks(configurations),
    ...providerChecks(configurations),
    ...supabaseChecks(configurations),
    ...mailChecks(configurations),
    ...awsChecks(environment),
    ...telemetryChecks(configurations),
  ];
  return [...unknown, ...describeReadings(readings), ...(await runChecks(checks, timeoutMs))];
}
