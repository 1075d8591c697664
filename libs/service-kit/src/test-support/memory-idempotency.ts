import type {
  ClaimOutcome,
  IdempotencyClaim,
  IdempotencyStore,
  KeyedRequest,
} from '@valuecanvas/contracts-core';
import type { Transaction } from '../http/idempotency.ts';

interface Entry {
  readonly requestHash: string;
  claim: number | undefined;
  attempt: number;
  answer: string | undefined;
}

export interface MemoryIdempotency extends IdempotencyStore<Transaction> {
  /** Requests that have asked for a claim. */
  readonly requests: readonly KeyedRequest[];
  /** Claims whose renewal has not been stopped. */
  readonly renewed: ReadonlySet<number>;
  /** Frees a claim, as if its lease had ended. */
  expire(): void;
  /** Makes every later write fail. */
  failWrites(): void;
}

/** An idempotency store in memory, for tests of the service kit. It ignores transactions. */
export function createMemoryIdempotency(): MemoryIdempotency {
  const entries = new Map<string, Entry>();
  const requests: KeyedRequest[] = [];
  const renewed = new Set<number>();
  let claims = 0;
  let fails = false;

  const claimOf = (entry: Entry): IdempotencyClaim<Transaction> => {
    claims += 1;
    const id = claims;
    entry.claim = id;
    renewed.add(id);
    const write = async (change: () => void): Promise<void> => {
      if (fails) throw new Error('the store is unavailable');
      if (entry.claim === id) change();
    };
    const keepAlone = (answer: string) =>
      write(() => {
        entry.answer = answer;
      });
    return {
      attempt: entry.attempt,
      keepAlone,
      keep: (_transaction, answer) => keepAlone(answer),
      release: ({ nextAttempt }) =>
        write(() => {
          entry.claim = undefined;
          if (nextAttempt) entry.attempt += 1;
        }),
      stopRenewal: () => {
        renewed.delete(id);
      },
    };
  };

  return {
    requests,
    renewed,
    async claim(request): Promise<ClaimOutcome<Transaction>> {
      requests.push(request);
      const name = `${request.principal.userId} ${request.operation} ${request.key}`;
      const requestHash = Buffer.from(request.requestHash).toString('hex');
      const entry = entries.get(name) ?? { requestHash, claim: undefined, attempt: 0, answer: undefined };
      entries.set(name, entry);
      if (entry.requestHash !== requestHash) return { kind: 'mismatch' };
      if (entry.answer !== undefined) return { kind: 'answered', answer: entry.answer };
      if (entry.claim !== undefined) return { kind: 'in_flight', retryAfterMs: 1_500 };
      return { kind: 'claimed', claim: claimOf(entry) };
    },
    expire() {
      for (const entry of entries.values()) entry.claim = undefined;
    },
    failWrites() {
      fails = true;
    },
  };
}
