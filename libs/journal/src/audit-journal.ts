import {
  type AuditedCall,
  type AuditedChange,
  type AuditFacts,
  auditFact,
} from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { createJournal } from './create-journal.ts';

/** Records the changes of a service whose changes are not in PostgreSQL. */
export interface AuditJournal {
  /**
   * Records a change. Call it before the change takes effect, so that no change goes unrecorded. Throws
   * DEPENDENCY_UNAVAILABLE if Redis is unavailable, and OVERLOADED if `maxLength` records wait.
   */
  record(call: AuditedCall, change: AuditedChange): Promise<void>;
}

export function createAuditJournal(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly maxLength: number;
  readonly factOf: AuditFacts;
}): AuditJournal {
  const journal = createJournal(auditFact, options);
  return {
    async record(call, change) {
      await journal.assertRoom();
      await journal.record(options.factOf(call, change));
    },
  };
}
