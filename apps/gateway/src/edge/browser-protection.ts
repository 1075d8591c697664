import type { OutgoingHttpHeaders } from 'node:http';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { rateLimitHeaders } from '../rate-limits/rate-limits.ts';
import { parseOrigin } from './edge-faults.ts';

/** Content security policy of API responses, which load nothing. */
const answerPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/** Content security policy of the gateway's own pages: same-origin scripts and requests, and inline images. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** The web application also sets no HTML from strings. Swagger UI cannot do without. */
const applicationPolicy = [
  ...pagePolicy,
  "manifest-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

/** Returns the headers of the gateway's own pages, in place of those of API responses. */
export function pageHeaders(cspEnabled: boolean): Readonly<Record<string, string>> {
  return policyHeader(pagePolicy, cspEnabled);
}

/** Returns the headers of the pages of the web application. */
export function applicationHeaders(cspEnabled: boolean): Readonly<Record<string, string>> {
  return policyHeader(applicationPolicy, cspEnabled);
}

function policyHeader(policy: readonly string[], isEnabled: boolean): Readonly<Record<string, string>> {
  return isEnabled ? { 'content-security-policy': policy.join(';') } : {};
}

/** Adds security headers to every response, and CORS for the allowed origins. */
export async function protectBrowsers(
  app: FastifyInstance,
  config: { readonly CSP_ENABLED: boolean; readonly CORS_ALLOWED_ORIGINS: readonly string[] },
): Promise<void> {
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: config.CSP_ENABLED ? { useDefaults: false, directives: answerPolicy } : false,
  });
  let headers: OutgoingHttpHeaders | undefined;
  app.addHook('onRequest', (_request, reply, done) => {
    headers ??= headersByHelmet(reply);
    reply.headers(headers);
    done();
  });
  const origins = config.CORS_ALLOWED_ORIGINS.flatMap((origin) => parseOrigin(origin) ?? []);
  if (origins.length > 0) await allowOrigins(app, origins);
}

/** Computes helmet's headers once, as they never change. Computing them per response costs a tenth of a request. */
function headersByHelmet(reply: FastifyReply): OutgoingHttpHeaders {
  reply.helmet();
  const headers = reply.raw.getHeaders();
  for (const name in headers) reply.raw.removeHeader(name);
  return headers;
}

/** Seconds for which browsers may cache a preflight response. */
const preflightMaxAge = 600;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

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
  ...rateLimitHeaders,
];

/**
 * Allows pages of these origins to call the API with credentials. Pages of any other origin, including `null`, cannot
 * read responses. Preflight requests from allowed origins are answered before rate limiting and authentication, and allow
 * every header that they name: services ignore headers that they do not know, and internal ones are removed.
 */
async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const allowed = new Set(origins);
  await app.register(cors, {
    // With an array, @fastify/cors would send the remaining CORS headers to every origin.
    origin: (origin, answer) => answer(null, origin !== undefined && allowed.has(origin.toLowerCase())),
    credentials: true,
    methods,
    exposedHeaders,
    maxAge: preflightMaxAge,
  });
}
