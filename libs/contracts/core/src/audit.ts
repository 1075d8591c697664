import Type, { type Static } from 'typebox';
import { defineFact } from './fact.ts';
import * as field from './fields.ts';
import { publicHeaders } from './headers.ts';
import type { UserPrincipal } from './principal.ts';

/** A change that an operator made, as the audit log keeps it. */
export const AuditFact = Type.Object(
  {
    id: field.uuid('ID of the record.'),
    at: field.timestamp('Time of the change.'),
    actor: Type.Object(
      {
        userId: Type.Optional(
          field.uuid(
            'ID of the user. Absent where an operator ran a command, or the platform itself decided.',
          ),
        ),
        role: Type.Optional(Type.String({ description: 'Role of the user at the time of the change.' })),
        sessionId: Type.Optional(Type.String({ description: 'ID of the session that made the change.' })),
        apiKeyId: Type.Optional(field.uuid('ID of the API key that made the change.')),
      },
      { description: 'Author of the change.' },
    ),
    operation: Type.String({ description: 'ID of the operation, or name of the command.' }),
    target: Type.Object(
      {
        kind: Type.String({ description: 'Kind of the changed resource.' }),
        id: Type.String({ description: 'ID or key of the changed resource.' }),
      },
      { description: 'The changed resource.' },
    ),
    before: Type.Optional(
      Type.Unknown({ description: 'State before the change. Absent for a new resource.' }),
    ),
    after: Type.Optional(
      Type.Unknown({ description: 'State after the change. Absent for a deleted resource.' }),
    ),
    reason: Type.Optional(Type.String({ description: 'Reason that the actor gave.' })),
    requestId: Type.Optional(Type.String({ description: 'ID of the request. Absent for a command.' })),
  },
  { title: 'AuditRecord', description: 'A change by an operator.' },
);
export type AuditFact = Static<typeof AuditFact>;

/** Journal entry for a change outside PostgreSQL. A change in PostgreSQL uses `recordAudit` of `libs/postgres` instead. */
export const auditFact = defineFact({
  name: 'audit.change',
  owner: 'gateway',
  description: 'A change by an operator.',
  schema: AuditFact,
});

/** The parts of a call that an audit record needs. Every call of a route that requires a user has them. */
export interface AuditedCall {
  readonly principal: UserPrincipal;
  readonly requestId: string;
  readonly operation: string;
  header(name: string): string | undefined;
}

/** The changed resource, with its state before and after the change. */
export interface AuditedChange {
  readonly target: AuditFact['target'];
  readonly before?: object;
  readonly after?: object;
}

/** Builds the audit record of a change and redacts secrets in it. */
export type AuditFacts = (call: AuditedCall, change: AuditedChange) => AuditFact;

/** `newId` makes UUIDv7, by which the audit log is ordered. */
export function createAuditFacts(options: {
  readonly newId: () => string;
  readonly now: () => number;
}): AuditFacts {
  return (call, { target, before, after }) => {
    const { userId, role, sessionId, apiKeyId } = call.principal;
    const reason = reasonOf(call.header(publicHeaders.auditReason));
    return {
      id: options.newId(),
      at: new Date(options.now()).toISOString(),
      actor: {
        userId,
        role,
        ...(sessionId === undefined ? {} : { sessionId }),
        ...(apiKeyId === undefined ? {} : { apiKeyId }),
      },
      operation: call.operation,
      target,
      ...(before === undefined ? {} : { before: redacted(before) }),
      ...(after === undefined ? {} : { after: redacted(after) }),
      ...(reason === undefined ? {} : { reason }),
      requestId: call.requestId,
    };
  };
}

/** Largest number of characters of a reason that is kept. */
export const auditReasonMaxLength = 500;

/** The header holds percent-encoded UTF-8, or plain ASCII. Control characters are dropped. */
function reasonOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = decoded(header)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, auditReasonMaxLength);
  return text === '' ? undefined : text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const secretName =
  /secret|password|passwd|credential|authorization|cookie|(?:api|private|signing)_?key$|token$|hash$/i;

/** Secrets with a recognizable form: API keys of the platform and of providers, and JWTs. */
const secretValue = /\bvc_[0-9A-Za-z]{8}_[0-9A-Za-z]{20,}|\bsk-[\w-]{16,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** Copies a value and redacts secrets, which it recognizes by their name or their form. */
function redacted(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(secretValue, '[redacted]');
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) ? '[redacted]' : redacted(inner),
    ]),
  );
}
