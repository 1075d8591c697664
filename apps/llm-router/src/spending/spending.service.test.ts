import { randomUUID } from 'node:crypto';
import { userPrincipal } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { createLedgerStore } from '../ledger/ledger.store.ts';
import { booked } from '../ledger/test-support/booked.ts';
import { useServers } from '../ledger/test-support/servers-in-test.ts';
import { createSpendingService, type TierBudgets } from './spending.service.ts';
import { createSpendingStore } from './spending.store.ts';

const servers = useServers();

const tiers: TierBudgets = {
  free: { day: 1n, month: 2n },
  basic: { day: 1_500_000_000n, month: 30_000_000_000n },
  pro: { day: 3n, month: 4n },
  enterprise: { day: 5n, month: 6n },
};

test('budgets are those of the user’s tier, from midnight and from the first of the month', async () => {
  const owner = userPrincipal({ userId: randomUUID(), tier: 'basic' });
  // The ledger always has last month's partition: only the service's clock is set to the 15th.
  const thisMonth = new Date().toISOString().slice(0, 7);
  const at = (time: string) => Date.parse(`${thisMonth}-${time}Z`);
  await createLedgerStore(servers.connect()).insert([
    booked({ userId: owner.userId, at: at('01T00:00:00.000') - 1, costNanos: '4000000000' }),
    booked({ userId: owner.userId, at: at('14T23:59:59.999'), costNanos: '1000000000' }),
    booked({ userId: owner.userId, at: at('15T00:00:00.000'), costNanos: '250000000' }),
  ]);
  const spending = createSpendingService(createSpendingStore(servers.connect()), tiers, () =>
    at('15T12:00:00'),
  );
  expect((await spending.report(owner, {})).budget).toEqual({
    day: { limit: 1.5, spent: 0.25 },
    month: { limit: 30, spent: 1.25 },
  });
});
