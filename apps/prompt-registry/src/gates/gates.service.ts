import { AppError, type AuditedCall, type AuditFacts } from '@valuecanvas/contracts-core';
import {
  defaultEnvironment,
  type GateVerdict,
  type PromptGate,
  type SetGateRequest,
} from '@valuecanvas/contracts-prompt-registry';
import type { LabelPosition } from '../labels/label-row.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import type { GatesStore } from './gates.store.ts';

export type GatesService = ReturnType<typeof createGatesService>;

/** A label as requests name it. */
interface NamedLabel {
  readonly promptKey: string;
  readonly label: string;
}

interface InEnvironment {
  readonly environment?: string;
}

/** Gates, which a version must pass to get a label. */
export function createGatesService(
  store: GatesStore,
  versions: Pick<VersionsStore, 'find'>,
  factOf: AuditFacts,
) {
  const targetOf = ({ promptKey }: LabelPosition) => ({ kind: 'prompt', id: promptKey });

  return {
    set(
      call: AuditedCall,
      named: NamedLabel,
      { environment, maximumCostIncrease, maximumLatencyIncrease, ...conditions }: SetGateRequest,
    ): Promise<PromptGate> {
      const position = positionOf(named, environment);
      return store.set(
        position,
        {
          ...conditions,
          maximumCostIncrease: maximumCostIncrease ?? null,
          maximumLatencyIncrease: maximumLatencyIncrease ?? null,
        },
        call.principal.userId,
        (before, after) =>
          factOf(call, {
            target: targetOf(position),
            ...(before ? { before: { gate: before } } : {}),
            after: { gate: after },
          }),
      );
    },

    async get(named: NamedLabel, { environment }: InEnvironment): Promise<PromptGate> {
      const gate = await store.find(positionOf(named, environment));
      if (!gate) throw new AppError('NOT_FOUND');
      return gate;
    },

    async remove(call: AuditedCall, named: NamedLabel, { environment }: InEnvironment): Promise<undefined> {
      const position = positionOf(named, environment);
      const removed = await store.remove(position, (gate) =>
        factOf(call, { target: targetOf(position), before: { gate } }),
      );
      if (!removed) throw new AppError('NOT_FOUND');
    },

    async check(
      named: NamedLabel,
      { environment, version }: InEnvironment & { readonly version: number },
    ): Promise<GateVerdict> {
      if (!(await versions.find(named.promptKey, version))) throw new AppError('NOT_FOUND');
      return store.check(positionOf(named, environment), version);
    },
  };
}

function positionOf({ promptKey, label }: NamedLabel, environment = defaultEnvironment): LabelPosition {
  return { promptKey, environment, label };
}
