import type { Static, TObject } from 'typebox';

/** Work that happens later, described once: producers and workers take their types from it. */
export interface JobDefinition {
  readonly name: string;
  readonly description: string;
  /** Ids only: prompts and results stay in Postgres. New fields must be optional, as jobs outlive releases. */
  readonly payload: TObject;
  readonly attempts: number;
  /** First wait in milliseconds; doubles with each attempt. */
  readonly backoffMs: number;
  /** Milliseconds that one attempt may take. */
  readonly timeoutMs: number;
}

/** Identity at run time; keeps the payload's type. */
export function defineJob<const J extends JobDefinition>(job: J): J {
  return job;
}

export type PayloadOf<J extends JobDefinition> = Static<J['payload']>;
