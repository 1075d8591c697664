import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { GatesService } from './gates.service.ts';

export const gateRoutes = (gates: GatesService) =>
  ({
    setPromptGate: (call) => gates.set(call, call.params, call.body),
    getPromptGate: ({ params, query }) => gates.get(params, query),
    removePromptGate: (call) => gates.remove(call, call.params, call.query),
    checkPromptGate: ({ params, query }) => gates.check(params, query),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
