import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Seconds for which a browser remembers what a preflight request was told. */
const preflightMaxAge = 600;

/** Headers for browsers: an API's answers are never pages, and only pages of the named origins may read them. */
export async function protectBrowsers(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins.map((origin) => new URL(origin).origin),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Content-Type',
      'Authorization',
      'X-API-Key',
      'If-None-Match',
      'Cache-Control',
      'Idempotency-Key',
      'Prefer',
      'x-csrf-token',
    ],
    exposedHeaders: [
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
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
    ],
    maxAge: preflightMaxAge,
  });
}
