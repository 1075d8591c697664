import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { createJournal, drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { CanvasConfig } from '../config.ts';
import { createKeepOutcome, type KeepOutcome, type StoreOutcome } from './keep-outcome.ts';

/** Keeps the outcomes of one kind, with their journal and the drain that stores them later on any replica. */
export function composeKeepOutcome<F extends FactDefinition, V>(
  kit: Kit<CanvasConfig>,
  openRedis: OpenRedis,
  fact: F,
  parts: {
    readonly store: StoreOutcome<F, V>;
    /** Stores outcomes whose requests have ended. */
    readonly storeLater: (outcomes: readonly FactOf<F>[]) => Promise<void>;
    /** Message for the user whose outcome is stored later. */
    readonly storedLater: string;
  },
): KeepOutcome<F, V> {
  const { config, log } = kit;
  const { redis, keys } = openRedis;
  drainIntoTable(kit, openRedis, fact, parts.storeLater);
  return createKeepOutcome({
    store: parts.store,
    journal: createJournal(fact, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH }),
    storedLater: parts.storedLater,
    onLost: (err) =>
      log.error(
        { err, fact: fact.name },
        'generation: journal unavailable, a paid outcome is kept in memory only',
      ),
  });
}
