import { signUp } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { LocalAuth } from './local-auth.service.ts';

export const signUpRoute = (auth: LocalAuth) =>
  serve(signUp, (call) => auth.signUp(call.body, call.header('user-agent')));
