import { createApi } from './api.ts';
import { createChecks } from './checks.ts';
import { checkAccount } from './journeys/accounts.ts';
import { checkAdministration } from './journeys/administration.ts';
import { checkCanvases } from './journeys/canvases.ts';
import { checkHealth } from './journeys/health.ts';
import { checkJobs } from './journeys/jobs.ts';
import { checkFigures, checkModels } from './journeys/models.ts';
import { checkFlags, checkPrompts } from './journeys/prompts-and-flags.ts';
import type { Settings } from './settings.ts';
import type { Smoke } from './smoke.ts';

/** Checks one deployment, prints a line per check and returns the number of failures. */
export async function runSmoke(settings: Settings, print: (line: string) => void): Promise<number> {
  const { check, tally } = createChecks(print);
  const smoke: Smoke = { api: createApi(settings.url), check };
  await checkHealth(smoke);
  await checkFigures(smoke);
  const account = await checkAccount(smoke, settings.user);
  if (account) {
    for (const journey of [checkCanvases, checkModels, checkJobs, checkPrompts, checkFlags]) {
      await journey(smoke, account);
    }
    if (settings.admin) await checkAdministration(smoke, settings.admin, account);
  }
  const { passed, failed } = tally();
  print(`${passed} passed, ${failed} failed`);
  return failed;
}
