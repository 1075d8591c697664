import type { OutgoingHttpHeaders } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { allowOrigins } from './cross-origin.ts';

/** What a browser may load for an answer that is no page: nothing. */
const answerPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/** What our own pages may do: run our scripts and talk to us alone; small pictures may be part of a style sheet. */
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

/** The headers that a page of ours brings in place of those for other answers. */
export function pageHeaders(cspEnabled: boolean): Readonly<Record<string, string>> {
  return cspEnabled ? { 'content-security-policy': pagePolicy } : {};
}

/** Headers for browsers: an API's answers are never pages, and only pages of the named origins may read them. */
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

/** The same for every answer, so helmet is asked once: to set them up each time costs a tenth of a request. */
function headersByHelmet(reply: FastifyReply): OutgoingHttpHeaders {
  reply.helmet();
  const headers = reply.raw.getHeaders();
  for (const name in headers) reply.raw.removeHeader(name);
  return headers;
}
