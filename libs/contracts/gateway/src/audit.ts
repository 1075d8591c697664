import { AuditFact, defineRoute, field, list, listQuery, permission } from '@valuecanvas/contracts-core';
import Type from 'typebox';

export const listAuditRecords = defineRoute({
  id: 'admin.listAudit',
  method: 'GET',
  path: '/api/admin/audit',
  summary: 'List changes by operators',
  description: 'The audit log, newest first. All given filters apply.',
  auth: permission('audit:read'),
  query: listQuery({
    actor: Type.Optional(field.uuid('ID of the user who made the changes.')),
    operation: Type.Optional(
      Type.String({ maxLength: 100, description: 'ID of the operation, for example `flags.update`.' }),
    ),
    targetKind: Type.Optional(
      Type.String({ maxLength: 100, description: 'Kind of the changed resource, for example `flag`.' }),
    ),
    targetId: Type.Optional(
      Type.String({ maxLength: 300, description: 'ID or key of the changed resource.' }),
    ),
    from: Type.Optional(field.timestamp('Earliest time of the changes.')),
    to: Type.Optional(field.timestamp('Time before which the changes were made.')),
  }),
  reply: list(AuditFact),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
