import type { OutgoingHttpHeaders } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { allowOrigins } from './cross-origin.ts';

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
].join(';');

/** Returns the headers that the gateway's own pages override. */
export function pageHeaders(cspEnabled: boolean): Readonly<Record<string, string>> {
  return cspEnabled ? { 'content-security-policy': pagePolicy } : {};
}

/** Adds security headers to every response, and CORS for the given origins. */
export async function protectBrowsers(
  app: FastifyInstance,
  options: { readonly cspEnabled: boolean; readonly origins: readonly string[] },
): Promise<void> {
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: options.cspEnabled ? { useDefaults: false, directives: answerPolicy } : false,
  });
  let headers: OutgoingHttpHeaders | undefined;
  app.addHook('onRequest', (_request, reply, done) => {
    headers ??= headersByHelmet(reply);
    reply.headers(headers);
    done();
  });
  if (options.origins.length > 0) await allowOrigins(app, options.origins);
}

/** Computes helmet's headers once, as they never change. Computing them per response costs a tenth of a request. */
function headersByHelmet(reply: FastifyReply): OutgoingHttpHeaders {
  reply.helmet();
  const headers = reply.raw.getHeaders();
  for (const name in headers) reply.raw.removeHeader(name);
  return headers;
}
