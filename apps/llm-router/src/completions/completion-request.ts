import { hash } from 'node:crypto';
import type { UserCall } from '@valuecanvas/contracts-core';
import type { IdempotencyKey } from '../admission/types.ts';
import type { CompletionBody } from '../protocol/completion.ts';

/** Cache mode of a request: read and write, write only, or bypass. */
export type Caching = 'use' | 'refresh' | 'none';

/** A completion request of any dialect. */
export interface CompletionRequest {
  readonly call: UserCall;
  /** Body in OpenAI's form; `stream` selects the kind of answer. */
  readonly body: CompletionBody;
  readonly caching: Caching;
  /** Identity of the request across repetitions. */
  readonly idempotency: IdempotencyKey | undefined;
  readonly promptVersionId: string | undefined;
}

/** Parses the cache mode from a cache-control header (RFC 9111, section 5.2.1). */
export function cachingOf(cacheControl: string | undefined): Caching {
  if (cacheControl === undefined) return 'use';
  const directives = cacheControl.toLowerCase();
  if (directives.includes('no-store')) return 'none';
  return directives.includes('no-cache') ? 'refresh' : 'use';
}

/** Identifies a request with an idempotency key. The same body for another operation is a different request. */
export function idempotencyOf(call: {
  readonly operation: string;
  readonly idempotencyKey: string | undefined;
  readonly bodyText: string | undefined;
}): IdempotencyKey | undefined {
  const { operation, idempotencyKey: key, bodyText = '' } = call;
  return key === undefined ? undefined : { key, bodyHash: hash('sha256', `${operation}\n${bodyText}`) };
}
