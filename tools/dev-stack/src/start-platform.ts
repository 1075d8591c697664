import {
  migrate,
  type RolePasswords,
  rolePasswordsFrom,
  type Service,
  serviceRoles,
  services,
} from '@valuecanvas/database';
import { builtPage } from './built-page.ts';
import type { Program } from './child-run.ts';
import { startDatabases } from './databases.ts';
import { demoAccounts } from './demo-accounts.ts';
import { bringDemoData, mayHoldDemoData } from './demo-data.ts';
import type { Platform } from './environment.ts';
import { followLogs } from './follow-logs.ts';
import { openState } from './open-state.ts';
import { openRelays } from './port-relay.ts';
import { choosePorts } from './ports.ts';
import { createProcessTable, type ProcessTable } from './process-table.ts';
import {
  inspectorOf,
  logFileOf,
  serviceProgram,
  simulatorProgram,
  simulatorUrl,
  singleProgram,
  stopOrder,
} from './programs.ts';
import { providerProblems } from './provider-problems.ts';
import { givenProviders, simulatedProviders } from './providers.ts';
import type { ReadyScreen } from './screen.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import type { OnLoss } from './server-loss.ts';
import type { Environment, Settings } from './settings.ts';
import { shareEnvironment } from './shared-environment.ts';
import { StackError } from './stack-error.ts';
import { watchSources } from './watch-sources.ts';

/** Output to the terminal and signals from it. */
export interface Terminal {
  say(line: string): void;
  /** True for a terminal that shows colours. */
  readonly colour: boolean;
  /** Aborts when the platform must stop, even during its start. */
  readonly stop: AbortSignal;
  /** Aborts when the stop must not wait any longer. */
  readonly force: AbortSignal;
}

/**
 * Starts the platform. `cleanup` stops everything that was started, in order, even if the start fails. Throws StackError,
 * LocalServerError or DatabaseToolError with a message for the user. Rejects if `stop` aborts.
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
  // A failed build must not leave the databases half started.
  const page = settle(caller.PAGES_DIR ? caller.PAGES_DIR : builtPage(say));
  const [databases, secrets] = await Promise.all([
    startDatabases(directory, caller, { cleanup, say, lost }),
    loadSecrets(secretsFile),
  ]);
  const url = `http://localhost:${settings.gatewayPort}`;
  const publicUrl = caller.PUBLIC_URL ?? url;
  await shareEnvironment(directory, { ...databases, backupKey: secrets.backupKey, publicUrl }, cleanup);
  stop.throwIfAborted();
  const rolePasswords = passwordsOf(secrets, caller);
  await migrateDatabase(databases.ownerUrl, rolePasswords, say);
  stop.throwIfAborted();

  const ports = await choosePorts(settings.gatewayPort);
  const relays = settings.watch ? await openRelays(ports, cleanup) : undefined;
  const processes = createProcessTable({ record, say, stop });
  cleanup.defer(() => stopAll(processes, force));
  const given = givenProviders(caller);
  const demoData = mayHoldDemoData(databases.ownerUrl);
  const platform: Platform = {
    ...databases,
    ports,
    secrets,
    rolePasswords,
    pages: await page(),
    simulated: given === undefined,
    // The gateway offers accounts with public passwords only at an address of this machine.
    demoAccounts: demoData && !caller.PUBLIC_URL ? demoAccounts : [],
    providers: given ?? simulatedProviders(simulatorUrl(ports.simulator)),
  };
  const programOf = (service: Service) =>
    serviceProgram(service, { platform, caller, logs, settings, relay: relays?.[service] });
  say(`Starting ${services.length} services${given ? '' : ' and the simulator of language models'}`);
  await Promise.all([
    given ? undefined : processes.start(simulatorProgram(ports.simulator, caller, logs)),
    ...(settings.single
      ? [processes.start(singleProgram(platform, caller, logs))]
      : services.map(async (service) => processes.start(await programOf(service)))),
  ]);

  if (demoData) await bringDemoData(url, databases.ownerUrl);
  stop.throwIfAborted();
  if (settings.watch) await watchPlatform({ programOf, logs }, processes, terminal);
  const inspectors = settings.inspect.map((service) => `${service} at ${inspectorOf(service, settings)}`);
  const problems = await providerProblems(url, stop);
  const routerLog = logFileOf('llm-router', { logs, single: settings.single });
  return { url, simulated: given === undefined, demoData, logs, routerLog, inspectors, problems };
}

/** Waits for a value in the background. The returned function gives it, or throws the error that prevented it. */
function settle<T>(value: Promise<T> | T): () => Promise<T> {
  const settled = Promise.allSettled([value]);
  return async () => {
    const [outcome] = await settled;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
}

/** Prints the logs of all services and restarts services whose sources change, until the platform stops. */
async function watchPlatform(
  { programOf, logs }: { programOf: (service: Service) => Promise<Program>; logs: string },
  processes: ProcessTable,
  { say, stop, colour }: Terminal,
): Promise<void> {
  const files = services.map((name) => ({ name, file: logFileOf(name, { logs }) }));
  void followLogs(files, { print: say, colour, signal: stop });
  const restart = async (service: Service): Promise<void> => {
    const began = performance.now();
    try {
      await processes.restart(await programOf(service));
      if (!stop.aborted) say(`${service} restarted in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    } catch (error) {
      if (stop.aborted) return;
      const reason = error instanceof StackError ? error.message : error;
      say(`${reason}\n${service} starts again when its sources change.`);
    }
  };
  // Changes during a restart cause another restart.
  let restarts = Promise.resolve();
  const changed = (affected: readonly Service[]): void => {
    restarts = restarts.then(async () => void (await Promise.all(affected.map(restart))));
  };
  await watchSources(services, changed, stop);
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

/** This clone's passwords, unless the environment has those of a shared database. */
function passwordsOf(secrets: Secrets, caller: Environment): Required<RolePasswords> {
  const ours = services.map(
    (service: Service) => [serviceRoles[service], secrets.services[service].databasePassword] as const,
  );
  return { ...(Object.fromEntries(ours) as Required<RolePasswords>), ...rolePasswordsFrom({ ...caller }) };
}
