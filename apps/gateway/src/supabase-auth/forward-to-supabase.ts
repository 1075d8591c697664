import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import { checkForwardable, targetOf } from '../forwarding/forwardable.ts';
import { type BodyContent, passOn } from '../forwarding/pass-on.ts';
import type { PassedEnd } from './passed-ends.ts';
import { SupabaseAnswer } from './supabase-answer.ts';
import type { SupabaseApi } from './supabase-api.ts';
import { headersToSupabase } from './supabase-headers.ts';

/** Time limit for Supabase's response headers and for pauses within the response. Supabase may have to send mail. */
const answerMs = 30_000;

/**
 * Forwards a request to Supabase Auth and streams the response back. Sessions that Supabase ended are revoked before the
 * client receives the response. Resolves once the response has started.
 */
export async function forwardToSupabase(
  { api, ended, endOf }: { api: SupabaseApi; ended: EndedSessions; endOf?: PassedEnd },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  checkForwardable(request);
  let sent: BodyContent = null;
  const answer = new SupabaseAnswer(reply, () => {
    const { principal } = request;
    if (principal?.kind === 'user') void endOf?.(request, principal, sent)?.(ended);
  });
  return passOn(request, reply, {
    attempts: api.attempts,
    dispatcher: api.dispatcher,
    answer,
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
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
  };
}
