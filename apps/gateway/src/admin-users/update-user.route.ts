import { updateUser } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { AdminUsers } from './admin-users.service.ts';

export const updateUserRoute = (users: AdminUsers) =>
  serve(updateUser, (call) => users.update(call, call.params.id, call.body));
