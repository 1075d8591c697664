import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Seconds for which a browser remembers what a preflight request was told. */
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
  'X-Request-Id',
  // Sent by the client libraries of OpenAI, of Supabase Auth, and of whoever traces pages.
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
 * Lets pages of these origins call the API and send their session's cookie; a page of any other, `null` among them,
 * learns nothing. Preflight requests of the named origins are answered before anything is counted or authenticated.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const allowed = new Set(origins);
  await app.register(cors, {
    // A list would have the other headers sent to every origin.
    origin: (origin, answer) => answer(null, origin !== undefined && allowed.has(origin)),
    credentials: true,
    methods,
    allowedHeaders,
    exposedHeaders,
    maxAge: preflightMaxAge,
  });
}
