import { supabaseAuth } from '@valuecanvas/contracts-gateway';
import type { FastifyInstance } from 'fastify';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import { leaveBodiesAlone } from '../forwarding/leave-bodies-alone.ts';
import { forwardToSupabase } from './forward-to-supabase.ts';
import { endOfLogout, endOfUserUpdate, type PassedEnd } from './passed-ends.ts';
import type { SupabaseApi } from './supabase-api.ts';

/** Path prefix of Supabase Auth, the same at the gateway and at Supabase. */
export const supabasePrefix = '/auth/v1';

/** Forwards all paths of Supabase Auth. Supabase verifies credentials there, and any POST may submit credentials. */
export async function addSupabaseRoutes(
  app: FastifyInstance,
  api: SupabaseApi,
  ended: EndedSessions,
): Promise<void> {
  await app.register(async (scope) => {
    leaveBodiesAlone(scope);
    const add = (
      method: string | string[],
      path: string,
      settings: { readonly endOf?: PassedEnd; readonly takesCredentials?: boolean } = {},
    ) => {
      const { endOf, takesCredentials = false } = settings;
      scope.route({
        method,
        url: supabasePrefix + path,
        exposeHeadRoute: false,
        config: {
          forwardsTo: supabasePrefix,
          dialect: supabaseAuth,
          judgesCredentials: true,
          takesCredentials,
        },
        handler: (request, reply) =>
          forwardToSupabase({ api, ended, ...(endOf ? { endOf } : {}) }, request, reply),
      });
    };
    add('POST', '/logout', { endOf: endOfLogout });
    add('PUT', '/user', { endOf: endOfUserUpdate, takesCredentials: true });
    add('POST', '/*', { takesCredentials: true });
    add(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'], '/*');
  });
}
