import { getJwks } from '@valuecanvas/contracts-gateway';
import { respond, serve } from '@valuecanvas/service-kit';
import type { AuthKeys } from '../access-tokens/auth-keys.ts';

/** Seconds, as Supabase Auth says it; a new key must be published for longer before it signs. */
const maxAge = 600;

export const getJwksRoute = ({ published }: AuthKeys) =>
  serve(getJwks, () =>
    respond(200, { keys: [...published] }, { 'cache-control': `public, max-age=${maxAge}` }),
  );
