import { type PromptExecution, promptExecution } from '@valuecanvas/contracts-prompt-registry';
import { createJournal } from '@valuecanvas/journal';
import { createKeys } from '@valuecanvas/redis';
import { eventually } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import type { TestRegistry } from './registry.ts';

/** Returns an execution whose version a trial chose. */
export function executionOf(
  registry: TestRegistry,
  assignment: {
    readonly trialId: string;
    readonly arm: string;
    readonly step?: number;
    readonly unit?: string;
  },
  settings: Partial<PromptExecution> = {},
): PromptExecution {
  return {
    id: uuidv7(),
    promptVersionId: '',
    userId: registry.user.userId,
    requestId: 'request-1',
    operation: 'canvas.generate',
    success: true,
    provider: 'together_ai',
    latencyMs: 100,
    costNanos: 1_000_000,
    promptTokens: 10,
    completionTokens: 20,
    assignment,
    ...settings,
  };
}

/** Records facts in the journal and waits until the registry has stored them. */
export async function recordAll(registry: TestRegistry, facts: readonly PromptExecution[]): Promise<void> {
  const journal = createJournal(promptExecution, {
    redis: registry.redis.client,
    keys: createKeys(registry.redis.prefix),
    maxLength: 100_000,
  });
  for (const fact of facts) await journal.record(fact);
  const ids = [...new Set(facts.map(({ id }) => id))];
  await eventually(async () => {
    const rows = await registry.database.query('select 1 from prompt_executions where id = any($1::uuid[])', [
      ids,
    ]);
    expect(rows).toHaveLength(ids.length);
  });
}
