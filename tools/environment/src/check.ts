import { withTimeout } from '@valuecanvas/resilience';

export type State = 'ok' | 'warning' | 'failed' | 'skipped';

/** The outcome of one check, as a row of the report. */
export interface Result {
  readonly what: string;
  readonly state: State;
  /** Description of the finding, without secrets. */
  readonly detail: string;
  /** Advice on the finding. */
  readonly todo?: string | undefined;
}

/** One promise about a deployment. `run` returns what it found, and throws Finding or any error if the promise is broken. */
export interface Check {
  readonly what: string;
  /** Advice for an error that is no Finding. */
  readonly todo: string;
  run(signal: AbortSignal): Promise<string>;
}

/** An outcome of a check that says itself what to do. */
export class Finding extends Error {
  override readonly name = 'Finding';
  readonly state: State;
  readonly todo: string | undefined;

  constructor(state: State, detail: string, todo?: string) {
    super(detail);
    this.state = state;
    this.todo = todo;
  }
}

/** Runs all checks at once, each for at most `timeoutMs`. Returns their results in order. */
export function runChecks(checks: readonly Check[], timeoutMs: number): Promise<Result[]> {
  return Promise.all(checks.map((check) => runCheck(check, timeoutMs)));
}

async function runCheck({ what, todo, run }: Check, timeoutMs: number): Promise<Result> {
  try {
    return { what, state: 'ok', detail: await withTimeout(run, timeoutMs) };
  } catch (error) {
    if (error instanceof Finding)
      return { what, state: error.state, detail: error.message, todo: error.todo };
    return { what, state: 'failed', detail: reasonOf(error), todo };
  }
}

/** The reason of an error. That of `fetch` and of failed attempts at several addresses is within. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.message === 'fetch failed' && error.cause) return reasonOf(error.cause);
  return error.message || error.name;
}
