import type { ServiceName } from '@valuecanvas/contracts-core';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { createClient, serviceCall } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';

/** The part of a service's kit that the check needs. */
export interface ServedModelsKit {
  readonly config: { readonly LLM_ROUTER_URL: string; readonly INTERNAL_SIGNING_KEY: string };
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => Promise<void>): void };
  readonly now: () => number;
}

export interface ServedModels {
  /**
   * Returns the reason for each given model that no configured provider serves. Returns no reason, and logs a warning, if
   * the router cannot be asked within two seconds.
   */
  refusals(models: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Time that a change by an operator waits for the router. */
const timeoutMs = 2_000;

/** Maximum number of models that a reason names. */
const maxNamed = 20;

/** Opens the check of models by the router. Its connections close when the service stops. */
export async function openServedModels(
  service: ServiceName,
  { config, log, lifecycle, now }: ServedModelsKit,
): Promise<ServedModels> {
  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const sign = createInternalSigner({ issuer: service, key, now });
  const router = createClient(llmRouterContract, { baseUrl: config.LLM_ROUTER_URL, sign, connections: 4 });
  lifecycle.onStop('close', 'client of llm-router', router.close);
  return {
    async refusals(models) {
      if (models.length === 0) return new Map();
      const call = serviceCall({ service, operation: 'llm.checkModels', timeoutMs });
      try {
        const { unserved, listed } = await router.call.checkModels({ body: { models: [...models] } }, call);
        return new Map(unserved.map((model) => [model, reasonFor(model, listed)]));
      } catch (err) {
        log.warn({ err, models }, 'served models: check skipped, llm-router unavailable');
        return new Map();
      }
    },
  };
}

function reasonFor(model: string, listed: readonly string[]): string {
  const others = listed.length > maxNamed ? ', and others that GET /v1/models lists' : '';
  const choice = `Choose one of ${listed.slice(0, maxNamed).join(', ')}${others}.`;
  return `"${model}" is served by no configured provider. ${choice}`;
}
