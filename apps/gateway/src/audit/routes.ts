import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { Audit } from './audit.service.ts';

export const auditRoutes = (audit: Audit) =>
  ({
    listAuditRecords: ({ principal, query }) => audit.list(principal, query),
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;
