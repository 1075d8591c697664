import { supabaseAuth } from '@valuecanvas/contracts-gateway';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import { useRawBodies } from '../forwarding/forwarding.ts';
import { ResponseRelay } from '../forwarding/response-relay.ts';
import { assertForwardable, type BodyContent, sendUpstream, targetOf } from '../forwarding/send-upstream.ts';
import { type ImpliedRevocation, revocationByLogout, revocationByUserUpdate } from './implied-revocations.ts';
import type { SupabaseApi } from './supabase-api.ts';
import { headersFromSupabase, headersToSupabase } from './supabase-headers.ts';

/** Path prefix of Supabase Auth, the same at the gateway and at Supabase. */
const supabasePrefix = '/auth/v1';

/** Forwards all paths of Supabase Auth. Supabase verifies credentials there, and any POST may submit credentials. */
export async function addSupabaseRoutes(
  app: FastifyInstance,
  api: SupabaseApi,
  revocations: RevocationList,
): Promise<void> {
  await app.register(async (scope) => {
    useRawBodies(scope);
    const add = (
      method: string | string[],
      path: string,
      settings: { readonly revocationBy?: ImpliedRevocation; readonly acceptsCredentials?: boolean } = {},
    ) => {
      const { revocationBy, acceptsCredentials = false } = settings;
      scope.route({
        method,
        url: supabasePrefix + path,
        exposeHeadRoute: false,
        config: {
          forwardsTo: supabasePrefix,
          dialect: supabaseAuth,
          ignoresInvalidCredentials: true,
          acceptsCredentials,
        },
        handler: (request, reply) =>
          forwardToSupabase({ api, revocations, ...(revocationBy ? { revocationBy } : {}) }, request, reply),
      });
    };
    add('POST', '/logout', { revocationBy: revocationByLogout });
    add('PUT', '/user', { revocationBy: revocationByUserUpdate, acceptsCredentials: true });
    add('POST', '/*', { acceptsCredentials: true });
    add(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'], '/*');
  });
}

/** Time limit for Supabase's response headers and for pauses within the response. Supabase may have to send mail. */
const responseTimeoutMs = 30_000;

/**
 * Forwards a request to Supabase Auth and streams the response back. Sessions that Supabase ends are revoked here before
 * the client receives the response. Resolves once the response has started.
 */
async function forwardToSupabase(
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

/** Relays a response of Supabase Auth to the client. */
class SupabaseRelay extends ResponseRelay {
  readonly #succeeded: () => void;

  /** Calls `succeeded` before the client receives a successful response. */
  constructor(reply: FastifyReply, succeeded: () => void) {
    super(reply, 'Supabase Auth');
    this.#succeeded = succeeded;
  }

  override onResponseStart(
    supabase: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status >= 200 && status < 300) this.#succeeded();
    super.onResponseStart(supabase, status, headersFromSupabase(headers));
  }
}
