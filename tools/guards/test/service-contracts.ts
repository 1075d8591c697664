import { type Contract, type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import { root } from '../src/root.ts';

export type ContractPackage = Readonly<Record<string, unknown>>;

/** The exports of libs/contracts/<service> for every service of the table. */
export const contractPackages = new Map<ServiceName, ContractPackage>(
  await Promise.all(
    serviceNames.map(
      async (service) => [service, await import(`${root}libs/contracts/${service}/src/index.ts`)] as const,
    ),
  ),
);

/** The contract of one service. */
export function contractOf(service: ServiceName): Contract {
  const exported = Object.entries(contractPackages.get(service) ?? {});
  const found = exported.find(([name]) => name.endsWith('Contract'));
  if (!found) throw new Error(`libs/contracts/${service} exports no contract.`);
  return found[1] as Contract;
}
