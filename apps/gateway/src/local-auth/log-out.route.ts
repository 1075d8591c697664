import { logOut } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { LocalAuth } from './local-auth.service.ts';

export const logOutRoute = (auth: LocalAuth) =>
  serve(logOut, async ({ principal, query: { scope = 'global' } }) => {
    await auth.logOut(principal, scope);
    return undefined;
  });
