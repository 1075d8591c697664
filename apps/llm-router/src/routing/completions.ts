import type { UserCall } from '@valuecanvas/contracts-core';
import type { CompletionBody } from '../providers/chat-completion.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { type AttemptDependencies, type Completion, createAttempt } from './attempt.ts';
import { toAppError, unknownModel } from './failover-error.ts';
import { candidatesFor } from './model-map.ts';
import type { ProviderLine } from './provider-line.ts';

/** Serves a request with the first provider that can, and books every call that it takes. */
export type Complete = (
  call: UserCall,
  body: CompletionBody,
  promptVersionId?: string,
) => Promise<Completion>;

export interface CompletionDependencies extends AttemptDependencies {
  readonly lines: readonly ProviderLine[];
  /** Models that are served whoever the providers are. */
  readonly offered: ReadonlySet<string>;
  /** Throws where nothing could be booked: then nothing may be spent. */
  readonly assertRoom: () => Promise<void>;
  readonly now: () => number;
}

/** Throws AppError: VALIDATION_FAILED for a model or request that nobody takes, else what the providers' failures add up to. */
export function createComplete(dependencies: CompletionDependencies): Complete {
  const { lines, offered, assertRoom, now } = dependencies;
  const attempt = createAttempt(dependencies);

  return async (call, body, promptVersionId) => {
    const candidates = candidatesFor(lines, body.model, offered, new Date(now()));
    if (candidates.length === 0 && lines.length > 0) throw unknownModel(body.model);
    await assertRoom();
    const failures: ProviderError[] = [];
    for (const candidate of candidates) {
      try {
        return await attempt({ call, body, promptVersionId, candidate, asFallback: failures.length > 0 });
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        failures.push(error);
        if (error.fault === 'caller' || call.signal.aborted) break;
      }
    }
    throw toAppError(failures, { model: body.model, signal: call.signal });
  };
}
