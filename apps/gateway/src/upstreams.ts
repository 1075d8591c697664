import { canvasContract } from '@valuecanvas/contracts-canvas';
import { type Contract, type ServiceName, serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { type ConfigOf, serviceInternalUrl, serviceUrl } from '@valuecanvas/service-kit';

type UpstreamName = Exclude<ServiceName, 'gateway'>;
type UrlVariable = `${VariablePrefix}_URL`;
type InternalUrlVariable = `${VariablePrefix}_INTERNAL_URL`;
type VariablePrefix = ReturnType<typeof variablePrefix<UpstreamName>>;

/** Contracts of all services behind the gateway. A service of the table that is missing here is a type error. */
export const upstreamContracts: Readonly<Record<UpstreamName, Contract>> = {
  canvas: canvasContract,
  'llm-router': llmRouterContract,
  'prompt-registry': promptRegistryContract,
  'feature-flags': featureFlagsContract,
  'job-worker': jobWorkerContract,
};

const upstreamNames = Object.keys(upstreamContracts) as UpstreamName[];

/** A service behind the gateway. */
export interface Upstream {
  readonly contract: Contract;
  /** Origin that answers its public routes. */
  readonly url: string;
  /** Origin that reports its health. */
  readonly internalUrl: string;
  /** True if the platform reports not ready while this service is unavailable. */
  readonly essential: boolean;
}

/** `<SERVICE>_URL` and `<SERVICE>_INTERNAL_URL` of every service behind the gateway. */
export const upstreamVariables = Object.fromEntries(
  upstreamNames.flatMap((name) => [
    [`${variablePrefix(name)}_URL`, serviceUrl(name)],
    [`${variablePrefix(name)}_INTERNAL_URL`, serviceInternalUrl(name)],
  ]),
) as Record<UrlVariable | InternalUrlVariable, ReturnType<typeof serviceUrl>>;

/** Every service that the gateway forwards to. */
export function upstreamsOf(config: ConfigOf<typeof upstreamVariables>): readonly Upstream[] {
  return upstreamNames.map((name) => ({
    contract: upstreamContracts[name],
    url: config[`${variablePrefix(name)}_URL`],
    internalUrl: config[`${variablePrefix(name)}_INTERNAL_URL`],
    essential: serviceTable[name].essential,
  }));
}
