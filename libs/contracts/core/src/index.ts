export { AppError, type AppErrorOptions, orUnavailable } from './app-error.ts';
export {
  type AuditedCall,
  type AuditedChange,
  AuditFact,
  type AuditFacts,
  auditFact,
  createAuditFacts,
} from './audit.ts';
export { bodyLimitOf } from './body-limit.ts';
export type { CallContext, UserCall } from './call-context.ts';
export { type Contract, defineContract, dialectAt, isInternal, isUnder } from './contract.ts';
export { contractFaults } from './contract-faults.ts';
export { type Dialect, type FailedRequest, ownDialect, type WordedError } from './dialect.ts';
export {
  assertIfMatch,
  entityTagHeader,
  formatEntityTag,
  ifMatchHeader,
  matchesEntityTag,
} from './entity-tag.ts';
export {
  type ErrorCode,
  type ErrorDefinition,
  errorCatalogue,
  isErrorCode,
} from './error-catalogue.ts';
export { toErrorEnvelope } from './error-envelope.ts';
export { defineFact, type FactDefinition, type FactOf } from './fact.ts';
export * as field from './fields.ts';
export {
  headers,
  idempotencyKeyPattern,
  internalHeaderPrefix,
  maxIdempotencyKeyLength,
  publicHeaders,
} from './headers.ts';
export type {
  ClaimOutcome,
  DownstreamKeys,
  IdempotencyClaim,
  IdempotencyStore,
  KeyedRequest,
} from './idempotency.ts';
export {
  AcceptedJob,
  acceptedJob,
  defineJob,
  defineJobs,
  type JobCatalogue,
  type JobDefinition,
  jobStatusUrl,
  type PayloadOf,
  preferHeader,
} from './job.ts';
export {
  foreignCursor,
  type ListPage,
  listQuery,
  mapPage,
  type PageRequest,
  page,
  type SortKey,
} from './lists.ts';
export {
  type HistogramDefinition,
  type MetricDefinition,
  type MetricSample,
  metricCatalogue,
  type ObservedMetrics,
} from './metric-catalogue.ts';
export { Notification, webhookOnlyKinds } from './notification.ts';
export { nullReader } from './nulls.ts';
export { type OpenApiDocument, toOpenApi } from './openapi.ts';
export type { SecuritySchemes } from './openapi-security.ts';
export {
  type BuiltInRole,
  builtInRoles,
  elevatedPermissions,
  isBuiltInRole,
  isPermission,
  type Permission,
  permissionCatalogue,
  permissions,
  type Role,
  rolePattern,
  rolePermissions,
} from './permissions.ts';
export {
  type AnonymousPrincipal,
  anonymous,
  type Principal,
  type ServicePrincipal,
  type Tier,
  tiers,
  type UserPrincipal,
} from './principal.ts';
export {
  accepted,
  data,
  empty,
  file,
  list,
  type Page,
  type ReceivedFile,
  type Reply,
  type ReplyValue,
  raw,
  wireSchema,
} from './reply.ts';
export {
  type BodyOf,
  canStream,
  deadlineOf,
  defaultDeadlineMs,
  defaultStreamMaxMs,
  defineRoute,
  type EventsOf,
  errorsOf,
  type HttpMethod,
  type InputOf,
  type ParamsOf,
  type QueryOf,
  type ResultOf,
  type RouteDefinition,
  successStatus,
} from './route.ts';
export { anyone, permission, publicStatus, type RouteAuth, services, user } from './route-auth.ts';
export {
  type DatabaseRole,
  databaseRole,
  type ServiceName,
  serviceNames,
  serviceTable,
  type VariablePrefix,
  variablePrefix,
} from './services.ts';
export { strictObject } from './strict-object.ts';
export { hasTaggedUnion, narrowTaggedUnions, taggedUnion } from './tagged-union.ts';
