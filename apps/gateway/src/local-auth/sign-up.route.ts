import { signUp } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import { handOut } from './hand-out.ts';
import type { LocalAuth } from './local-auth.service.ts';

export const signUpRoute = (auth: LocalAuth) =>
  serve(signUp, async (call) => handOut(await auth.signUp(call.body, call.header('user-agent'))));
