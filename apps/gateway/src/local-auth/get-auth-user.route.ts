import { getAuthUser } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { LocalAuth } from './local-auth.service.ts';

export const getAuthUserRoute = (auth: LocalAuth) =>
  serve(getAuthUser, ({ principal }) => auth.getUser(principal));
