import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Account, closeAccounts, type Means, openAccounts } from './accounts.ts';
import { createSender } from './http-sender.ts';
import { type OwnPlatform, startOwnPlatform } from './own-platform.ts';
import { draw } from './picture.ts';
import { progressLine, report, usageReport } from './report.ts';
import { runScenario } from './run-scenario.ts';
import { mostUsers, scaled, scenarios } from './scenarios.ts';
import { readSettings, type Settings, usage } from './settings.ts';
import { judge } from './verdict.ts';

/** Progress goes to stderr, so that stdout contains only the report. */
const say = (line: string) => console.error(line);

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

/** Runs the scenario and prints the report. Returns true if all thresholds hold. */
async function load(settings: Settings, cleanup: AsyncDisposableStack): Promise<boolean> {
  const scenario = scaled(scenarios[settings.scenario], settings);
  const { url, admin, usage } = await deployment(settings, cleanup);
  const sender = createSender(url);
  cleanup.defer(() => sender.close());
  const means: Means = {
    send: sender.send,
    now: Date.now,
    pause: (seconds) => wait(seconds * 1_000),
    stopped: () => stopped.signal.aborted,
    say,
  };
  const accounts = await accountsFor(settings, means, mostUsers(scenario), admin);
  cleanup.defer(async () => {
    const remaining = await closeAccounts(means, accounts);
    if (remaining > 0) say(`${remaining} accounts of the run (load-…@example.com) could not be deleted.`);
  });
  say(`${settings.scenario} against ${url}: ${scenario.description}`);
  const usedBefore = await usage?.();
  const startedAt = performance.now();
  const result = await runScenario({
    scenario,
    accounts,
    means,
    random: Math.random,
    signal: stopped.signal,
    progress: (interval) => say(progressLine(interval)),
  });
  const verdicts = judge(result, scenario.thresholds);
  console.log(report(result, verdicts));
  if (usage && usedBefore) {
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(`\n${usageReport(usedBefore, await usage(), result.all.requests, seconds)}`);
  }
  await mkdir(settings.out, { recursive: true });
  const file = join(settings.out, settings.scenario);
  const title = `${settings.scenario}: ${mostUsers(scenario)} users`;
  await writeFile(`${file}.svg`, draw(title, result, scenario.thresholds));
  await writeFile(`${file}.json`, `${JSON.stringify({ scenario, verdicts, result }, undefined, 2)}\n`);
  say(`Picture and figures: ${file}.svg and ${file}.json`);
  return verdicts.every(({ holds }) => holds);
}

async function deployment(
  settings: Settings,
  cleanup: AsyncDisposableStack,
): Promise<Pick<Settings, 'admin'> & Pick<Partial<OwnPlatform>, 'usage'> & { readonly url: string }> {
  if (settings.url !== undefined) return { url: settings.url, admin: settings.admin };
  say('Starting the platform, with a provider that answers after 1 to 3 s …');
  return startOwnPlatform(cleanup);
}

async function accountsFor(
  { tokensFile }: Settings,
  means: Means,
  count: number,
  admin: Settings['admin'],
): Promise<Account[]> {
  if (tokensFile === undefined) return openAccounts(means, { count, run: Date.now().toString(36), admin });
  const tokens = (await readFile(tokensFile, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  if (tokens.length < count) throw new Error(`${tokensFile} has ${tokens.length} tokens for ${count} users.`);
  return tokens.slice(0, count).map((token) => ({ token: token.trim() }));
}

const cleanup = new AsyncDisposableStack();
try {
  const settings = readSettings(process.argv.slice(2));
  if (!(await load(settings, cleanup))) process.exitCode = 1;
} catch (error) {
  say(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exitCode = 2;
} finally {
  await cleanup.disposeAsync();
}
