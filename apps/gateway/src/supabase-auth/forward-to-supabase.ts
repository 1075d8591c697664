import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import { checkForwardable, targetOf } from '../forwarding/forwardable.ts';
import { type BodyContent, passOn } from '../forwarding/pass-on.ts';
import type { PassedEnd } from './passed-ends.ts';
import { SupabaseAnswer } from './supabase-answer.ts';
import type { SupabaseApi } from './supabase-api.ts';
import { headersToSupabase } from './supabase-headers.ts';

/** Milliseconds that Supabase may take to begin its answer, and of silence within it: it may have to send a mail. */
const answerMs = 30_000;

/**
 * Passes a request on to Supabase Auth and its answer back, both as they arrive. Sessions that Supabase has ended are
 * noted before the client learns of it. Resolves when the answer has begun.
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
