import type { createTryInTurn } from './attempts.ts';
import type { createEnter } from './enter.ts';
import type { createPrepare } from './prepare.ts';
import type { UpstreamRules } from './upstream.ts';
import type { CompletionWatch } from './watch.ts';

/** Dependencies of whole and streamed completions. */
export interface CompletionDependencies {
  readonly prepare: ReturnType<typeof createPrepare>;
  readonly enter: ReturnType<typeof createEnter>;
  readonly tryInTurn: ReturnType<typeof createTryInTurn>;
  readonly upstream: UpstreamRules;
  readonly watch: CompletionWatch;
  /** Size of the largest stored answer. */
  readonly maxKeptBytes: number;
}
