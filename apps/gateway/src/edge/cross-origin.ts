import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Seconds for which browsers may cache a preflight response. */
const preflightMaxAge = 600;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const allowedHeaders = [
  'Content-Type',
  'Authorization',
  'X-API-Key',
  'If-None-Match',
  'Cache-Control',
  'Idempotency-Key',
  'Last-Event-ID',
  'Prefer',
  'X-CSRF-Token',
  'X-Audit-Reason',
  'X-Request-Id',
  // Sent by the client libraries of OpenAI and Supabase Auth, and by browser tracing.
  'User-Agent',
  'OpenAI-Organization',
  'OpenAI-Project',
  'X-Stainless-Arch',
  'X-Stainless-Helper-Method',
  'X-Stainless-Lang',
  'X-Stainless-OS',
  'X-Stainless-Package-Version',
  'X-Stainless-Retry-Count',
  'X-Stainless-Runtime',
  'X-Stainless-Runtime-Version',
  'X-Stainless-Timeout',
  'apikey',
  'X-Client-Info',
  'X-Supabase-Api-Version',
  'traceparent',
  'tracestate',
  'baggage',
];

const exposedHeaders = [
  'ETag',
  'Location',
  'Retry-After',
  'Retry-After-Ms',
  'Age',
  'Idempotent-Replayed',
  'x-should-retry',
  'x-llm-provider',
  'x-llm-model',
  'x-llm-cost',
  'x-llm-cached',
  'x-request-id',
  'x-sb-error-code',
  'x-supabase-api-version',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
];

/**
 * Allows pages of these origins to call the API with credentials. Pages of any other origin, including `null`, cannot
 * read responses. Preflight requests from allowed origins are answered before rate limiting and authentication.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const allowed = new Set(origins);
  await app.register(cors, {
    // With an array, @fastify/cors would send the remaining CORS headers to every origin.
    origin: (origin, answer) => answer(null, origin !== undefined && allowed.has(origin)),
    credentials: true,
    methods,
    allowedHeaders,
    exposedHeaders,
    maxAge: preflightMaxAge,
  });
}
