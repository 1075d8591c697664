import { updateAuthUser } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { LocalAuth } from './local-auth.service.ts';

export const updateAuthUserRoute = (auth: LocalAuth) =>
  serve(updateAuthUser, ({ principal, body }) => auth.updateUser(principal, body));
