import type { Contract } from '@valuecanvas/contracts-core';
import { type Client, createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from './config.ts';

/** Opens a client of another service that signs its requests as the router. It is closed when the router stops. */
export async function openClient<const C extends Contract>(
  { config, lifecycle, now }: Kit<LlmRouterConfig>,
  contract: C,
  baseUrl: string,
): Promise<Client<C>> {
  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const client = createClient(contract, {
    baseUrl,
    sign: createInternalSigner({ issuer: 'llm-router', key, now }),
  });
  lifecycle.onStop('close', `client of ${contract.service}`, client.close);
  return client;
}
