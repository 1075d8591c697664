import {
  migrate,
  type RolePasswords,
  rolePasswordsFrom,
  type Service,
  serviceRoles,
  services,
} from '@valuecanvas/database';
import { startDatabases } from './databases.ts';
import { bringDemoData, mayHoldDemoData } from './demo-data.ts';
import type { Platform } from './environment.ts';
import { openState } from './open-state.ts';
import { choosePorts } from './ports.ts';
import { createProcessTable, type ProcessTable } from './process-table.ts';
import { serviceProgram, simulatorProgram, simulatorUrl, stopOrder } from './programs.ts';
import { givenProviders, simulatedProviders } from './providers.ts';
import type { ReadyScreen } from './screen.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import type { OnLoss } from './server-loss.ts';
import type { Environment, Settings } from './settings.ts';
import { shareEnvironment } from './shared-environment.ts';

/** How a run speaks to the person at the terminal, and that person to it. */
export interface Terminal {
  say(line: string): void;
  /** Aborted when the platform is to stop, also in the middle of its start. */
  readonly stop: AbortSignal;
  /** Aborted when nothing is to be waited for any more. */
  readonly force: AbortSignal;
}

/**
 * Brings the platform up. All that it starts is stopped by `cleanup`, in order, whether or not this succeeds. Throws
 * StackError, LocalServerError or DatabaseToolError with a sentence for the person; rejects where `stop` is aborted.
 */
export async function startPlatform(
  settings: Settings,
  caller: Environment,
  terminal: Terminal & { readonly lost: OnLoss },
  cleanup: AsyncDisposableStack,
): Promise<Omit<ReadyScreen, 'seconds'>> {
  const { say, stop, force, lost } = terminal;
  const { directory, logs, secretsFile, record } = await openState(settings, say);
  cleanup.defer(record.remove);
  const [databases, secrets] = await Promise.all([
    startDatabases(directory, caller, { cleanup, say, lost }),
    loadSecrets(secretsFile),
  ]);
  await shareEnvironment(directory, databases, cleanup);
  stop.throwIfAborted();
  const rolePasswords = passwordsOf(secrets, caller);
  await migrateDatabase(databases.ownerUrl, rolePasswords, say);
  stop.throwIfAborted();

  const processes = createProcessTable({ record, say, stop });
  cleanup.defer(() => stopAll(processes, force));
  const given = givenProviders(caller);
  const ports = await choosePorts(settings.gatewayPort);
  const platform: Platform = {
    ...databases,
    ports,
    secrets,
    rolePasswords,
    providers: given ?? simulatedProviders(simulatorUrl(ports.simulator)),
  };
  say(`Starting ${services.length} services${given ? '' : ' and the simulator of language models'}`);
  await Promise.all([
    given ? undefined : processes.start(simulatorProgram(ports.simulator, caller, logs)),
    ...services.map((service) => processes.start(serviceProgram(service, { platform, caller, logs }))),
  ]);

  const demoData = mayHoldDemoData(databases.ownerUrl);
  const url = `http://localhost:${settings.gatewayPort}`;
  if (demoData) await bringDemoData(url, databases.ownerUrl);
  stop.throwIfAborted();
  return { url, simulated: given === undefined, demoData, logs };
}

async function stopAll(processes: ProcessTable, force: AbortSignal): Promise<void> {
  for (const names of stopOrder) await processes.stop(names, force);
}

async function migrateDatabase(
  url: string,
  rolePasswords: RolePasswords,
  say: (line: string) => void,
): Promise<void> {
  const { applied, alreadyApplied } = await migrate({ url, rolePasswords });
  const done = applied.length > 0 ? `${applied.length} migrations applied` : 'up to date';
  say(`Database: ${done} (${applied.length + alreadyApplied} in all)`);
}

/** Ours, unless the environment says what a database that others use as well has already. */
function passwordsOf(secrets: Secrets, caller: Environment): Required<RolePasswords> {
  const ours = services.map(
    (service: Service) => [serviceRoles[service], secrets.services[service].databasePassword] as const,
  );
  return { ...(Object.fromEntries(ours) as Required<RolePasswords>), ...rolePasswordsFrom({ ...caller }) };
}
