import { listUsers } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { AdminUsers } from './admin-users.service.ts';

export const listUsersRoute = (users: AdminUsers) => serve(listUsers, ({ query }) => users.list(query));
