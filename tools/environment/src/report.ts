import type { Result, State } from './check.ts';

const words: Readonly<Record<State, string>> = {
  ok: 'ok',
  warning: 'WARNING',
  failed: 'FAILED',
  skipped: 'skipped',
};

/** Writes results as a table with what to do below each row, and the counts as the last line. */
export function report(results: readonly Result[]): string {
  const wide = Math.max(0, ...results.map(({ what }) => what.length));
  const rows = results.flatMap(({ what, state, detail, todo }) => [
    `${words[state].padEnd(8)} ${what.padEnd(wide)}  ${detail}`,
    ...(todo && state !== 'ok' ? [`${' '.repeat(9 + wide)}  -> ${todo}`] : []),
  ]);
  const count = (state: State) => results.filter((result) => result.state === state).length;
  return [
    ...rows,
    '',
    `${count('ok')} ok, ${count('failed')} failed, ${count('warning')} warnings, ${count('skipped')} skipped`,
  ].join('\n');
}

/** Returns true if nothing failed. Warnings and skipped checks do not count. */
export function passes(results: readonly Result[]): boolean {
  return results.every(({ state }) => state !== 'failed');
}
