import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { AdminUsers } from './admin-users.service.ts';

export const adminUserRoutes = (users: AdminUsers) =>
  ({
    listUsers: ({ query, page }) => users.list(query, page),
    updateUser: (call) => users.update(call, call.params.id, call.body),
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;
