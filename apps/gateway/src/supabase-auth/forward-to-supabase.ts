import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import { assertForwardable, targetOf } from '../forwarding/forwardable.ts';
import { type BodyContent, sendUpstream } from '../forwarding/send-upstream.ts';
import type { ImpliedRevocation } from './implied-revocations.ts';
import type { SupabaseApi } from './supabase-api.ts';
import { headersToSupabase } from './supabase-headers.ts';
import { SupabaseRelay } from './supabase-relay.ts';

/** Time limit for Supabase's response headers and for pauses within the response. Supabase may have to send mail. */
const responseTimeoutMs = 30_000;

/**
 * Forwards a request to Supabase Auth and streams the response back. Sessions that Supabase revocations are revoked before the
 * client receives the response. Resolves once the response has started.
 */
export async function forwardToSupabase(
  {
    api,
    revocations,
    revocationBy,
  }: { api: SupabaseApi; revocations: RevocationList; revocationBy?: ImpliedRevocation },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  assertForwardable(request);
  let sent: BodyContent = null;
  const relay = new SupabaseRelay(reply, () => {
    const { principal } = request;
    if (principal?.kind === 'user') void revocationBy?.(request, principal, sent)?.(revocations);
  });
  return sendUpstream(request, reply, {
    attempts: api.attempts,
    dispatcher: api.dispatcher,
    relay,
    options(content) {
      sent = content;
      return optionsOf(api, request, content);
    },
  });
}

function optionsOf(
  api: SupabaseApi,
  request: FastifyRequest,
  content: BodyContent,
): Dispatcher.DispatchOptions {
  const headers = headersToSupabase(request, api.anonKey);
  if (content === null) delete headers['content-length'];
  return {
    method: request.method as Dispatcher.HttpMethod,
    path: api.basePath + targetOf(request.url),
    headers,
    body: content,
    headersTimeout: responseTimeoutMs,
    bodyTimeout: responseTimeoutMs,
  };
}
