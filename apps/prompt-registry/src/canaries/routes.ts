import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { CanariesService } from './canaries.service.ts';

export const canaryRoutes = (canaries: CanariesService) =>
  ({
    listCanaries: ({ query, page }) => canaries.list(query, page),
    createCanary: (call) => canaries.create(call, call.body, call.keep),
    getCanary: ({ params }) => canaries.get(params.id),
    approveCanary: (call) => canaries.approve(call, call.params.id),
    abortCanary: (call) => canaries.abort(call, call.params.id, call.body),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
