import type { AuditFact, Page, UserPrincipal } from '@valuecanvas/contracts-core';
import type { AuditFilter, AuditStore } from './audit.store.ts';

const defaultLimit = 20;

/** Reads the audit log. */
export interface Audit {
  list(
    reader: UserPrincipal,
    query: AuditFilter & { readonly cursor?: string; readonly limit?: number },
  ): Promise<Page<AuditFact>>;
}

export function createAudit(store: Pick<AuditStore, 'list'>): Audit {
  return {
    async list(reader, { cursor, limit = defaultLimit, ...filter }) {
      const found = await store.list(reader, filter, { after: cursor, limit: limit + 1 });
      const items = found.slice(0, limit);
      return { items, limit, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}
