import { compareContenders } from './compare.ts';
import { countFiles } from './files/count-files.ts';
import { readOptions } from './options.ts';
import { profileService } from './profile/profile-service.ts';
import { soakRouter } from './soak/soak-router.ts';

const modes = { compare: compareContenders, soak: soakRouter, profile: profileService, files: countFiles };

/** Progress goes to stderr, so that stdout contains only the report. */
const say = (line: string) => console.error(line);

const cleanup = new AsyncDisposableStack();
const stopped = new AbortController();
const stop = (): void => {
  stopped.abort();
  void cleanup.disposeAsync().finally(() => process.exit(1));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

function explain(error: unknown): void {
  process.exitCode = 1;
  // Interrupted work rejects in various ways; these errors are irrelevant.
  if (!stopped.signal.aborted) say(error instanceof Error ? error.message : String(error));
}

try {
  const options = readOptions(process.argv.slice(2));
  console.log(await modes[options.mode](options, { say, cleanup }));
} catch (error) {
  explain(error);
} finally {
  await cleanup.disposeAsync();
}
