import { supabaseAuth } from '@valuecanvas/contracts-gateway';
import type { FastifyInstance } from 'fastify';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import { useRawBodies } from '../forwarding/raw-bodies.ts';
import { forwardToSupabase } from './forward-to-supabase.ts';
import { type ImpliedRevocation, revocationByLogout, revocationByUserUpdate } from './implied-revocations.ts';
import type { SupabaseApi } from './supabase-api.ts';

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
