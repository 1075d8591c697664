export type { AnswerSealing } from './idempotency-store.ts';
export { openIdempotency } from './open-idempotency.ts';
