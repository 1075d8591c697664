import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import { type ClientBody, clientBodyOf } from '../forwarding/client-body.ts';
import { withAttempts } from '../forwarding/connection-attempts.ts';
import { checkForwardable, targetOf } from '../forwarding/forwardable.ts';
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
  let content: ReturnType<ClientBody['read']> = null;
  const answer = new SupabaseAnswer(reply, () => {
    const { principal } = request;
    if (principal?.kind === 'user') void endOf?.(request, principal, content)?.(ended);
  });
  try {
    const body = await clientBodyOf(request.raw);
    const repeatable = {
      whole: () => !body.begun(),
      reads: request.method === 'GET' || request.method === 'HEAD',
      abandoned: () => answer.abandoned,
    };
    await withAttempts('Supabase Auth', repeatable, () => {
      content = body.read();
      return answer.begins((handler) => api.dispatcher.dispatch(optionsOf(api, request, content), handler));
    });
  } catch (error) {
    if (answer.abandoned || request.raw.errored) return void reply.hijack();
    // What is left of a body that nobody reads must not be taken for the next request.
    if (!request.raw.complete) reply.header('connection', 'close');
    throw error;
  }
}

function optionsOf(
  api: SupabaseApi,
  request: FastifyRequest,
  content: ReturnType<ClientBody['read']>,
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
