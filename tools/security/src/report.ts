/** Place of a finding: a file of the repository, and a line that counts from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/** Records a finding, at the place of its check unless another one is given. */
export type Found = (what: string, place?: Place) => void;

/** Runs one check and prints its lines. The work returns a summary; an error that it throws is a finding. */
export type Check = (promise: string, work: (found: Found) => Promise<string>) => Promise<void>;

export interface Finding {
  readonly what: string;
  readonly place: Place;
}

/** A completed check with its findings, or why it was skipped. */
export interface Outcome {
  readonly part: string;
  readonly promise: string;
  readonly findings: readonly Finding[];
  readonly skipped?: string;
}

export interface Report {
  /** Begins a part. Findings without a place of their own are reported at `file`. */
  heading(title: string, file: string): void;
  readonly check: Check;
  /** Reports why a check was skipped, which is not a finding. */
  notChecked(what: string, why: string): void;
  /** Number of findings so far. */
  findings(): number;
  /** Every check so far, with all of its findings. */
  outcomes(): readonly Outcome[];
}

/** Further findings of one check are counted but not printed. */
const maxLines = 20;

export function createReport(print: (line: string) => void): Report {
  const outcomes: Outcome[] = [];
  let part = { title: '', file: '' };
  return {
    heading(title, file) {
      part = { title, file };
      print(`\n${title}`);
    },
    notChecked(what, why) {
      outcomes.push({ part: part.title, promise: what, findings: [], skipped: why });
      print(`  NOT CHECKED  ${what}: ${why}`);
    },
    findings: () => outcomes.reduce((sum, { findings }) => sum + findings.length, 0),
    outcomes: () => outcomes,
    async check(promise, work) {
      const found: Finding[] = [];
      const add: Found = (what, place = { file: part.file }) => void found.push({ what, place });
      let seen = '';
      try {
        seen = await work(add);
      } catch (error) {
        add(`could not be checked: ${error instanceof Error ? error.message : String(error)}`);
      }
      outcomes.push({ part: part.title, promise, findings: found });
      if (found.length === 0) print(`  ok     ${promise}: ${seen}`);
      for (const finding of found.slice(0, maxLines))
        print(`  FOUND  ${promise}: ${lineOf(finding, part.file)}`);
      if (found.length > maxLines) print(`  FOUND  ${promise}: and ${found.length - maxLines} more`);
    },
  };
}

/** The place is printed only if the finding has one of its own. */
function lineOf({ what, place: { file, line } }: Finding, usual: string): string {
  if (file === usual && line === undefined) return what;
  return `${file}${line === undefined ? '' : `:${line}`}: ${what}`;
}
