/** Records a finding. */
export type Found = (what: string) => void;

/** Runs one check and prints its lines. The work returns a summary; an error that it throws is a finding. */
export type Check = (promise: string, work: (found: Found) => Promise<string>) => Promise<void>;

export interface Report {
  heading(title: string): void;
  readonly check: Check;
  /** Reports why a check was skipped, which is not a finding. */
  notChecked(what: string, why: string): void;
  /** Number of findings so far. */
  findings(): number;
}

/** Further findings of one check are counted but not printed. */
const maxLines = 20;

export function createReport(print: (line: string) => void): Report {
  let findings = 0;
  return {
    heading: (title) => print(`\n${title}`),
    notChecked: (what, why) => print(`  NOT CHECKED  ${what}: ${why}`),
    findings: () => findings,
    async check(promise, work) {
      const found: string[] = [];
      let seen = '';
      try {
        seen = await work((what) => void found.push(what));
      } catch (error) {
        found.push(`could not be checked: ${error instanceof Error ? error.message : String(error)}`);
      }
      findings += found.length;
      if (found.length === 0) print(`  ok     ${promise}: ${seen}`);
      for (const what of found.slice(0, maxLines)) print(`  FOUND  ${promise}: ${what}`);
      if (found.length > maxLines) print(`  FOUND  ${promise}: and ${found.length - maxLines} more`);
    },
  };
}
