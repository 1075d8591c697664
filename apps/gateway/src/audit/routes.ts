import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { AuditStore } from './audit.store.ts';

export const auditRoutes = (audit: Pick<AuditStore, 'list'>) =>
  ({
    listAuditRecords: ({ principal, query, page }) => audit.list(principal, query, page),
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;
