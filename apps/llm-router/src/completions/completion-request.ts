import { hash } from 'node:crypto';
import type { UserCall } from '@valuecanvas/contracts-core';
import type { IdempotencyKey } from '../admission/admission-request.ts';
import type { CompletionBody } from '../providers/chat-completion.ts';

/** How a request may use the cache: read and write it, only write it, or leave it alone. */
export type Caching = 'use' | 'refresh' | 'none';

/** One request for a completion, whatever dialect it came in. */
export interface CompletionRequest {
  readonly call: UserCall;
  /** In OpenAI's form; `stream` says which kind of answer is wanted. */
  readonly body: CompletionBody;
  readonly caching: Caching;
  /** What the same request, sent again, is known by. */
  readonly idempotency: IdempotencyKey | undefined;
  readonly promptVersionId: string | undefined;
}

/** What a cache-control header asks for (RFC 9111, section 5.2.1). */
export function cachingOf(cacheControl: string | undefined): Caching {
  if (cacheControl === undefined) return 'use';
  const directives = cacheControl.toLowerCase();
  if (directives.includes('no-store')) return 'none';
  return directives.includes('no-cache') ? 'refresh' : 'use';
}

/** What a request is known by that carries an idempotency key. Another operation with the same body is another request. */
export function idempotencyOf(call: {
  readonly operation: string;
  readonly idempotencyKey: string | undefined;
  readonly bodyText: string | undefined;
}): IdempotencyKey | undefined {
  const { operation, idempotencyKey: key, bodyText = '' } = call;
  return key === undefined ? undefined : { key, bodyHash: hash('sha256', `${operation}\n${bodyText}`) };
}
