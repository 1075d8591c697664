import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { queryOf, type Session, useApi } from '../../api.tsx';
import { daysOf } from '../costs/days.ts';
import { Amount } from '../parts/amount.tsx';
import { columnOf, nanosOf } from '../parts/money.ts';

/** Largest number of users that one report names. */
const most = 1_000;

/**
 * Returns the spending of a user in the last 30 days as a cell of a table. Returns undefined if the operator may not read
 * costs. A dash means that the report has too many users to name this one.
 */
export function useSpending({
  permissions,
}: Session['user']): ((user: { readonly id: string }) => ReactNode) | undefined {
  const api = useApi();
  const enabled = permissions.includes('costs:read');
  const { data: costs } = useQuery({
    ...queryOf(api, 'getPlatformCosts', { query: { ...daysOf({ range: '30' }, Date.now()), users: most } }),
    enabled,
  });
  if (!enabled) return undefined;
  const spent = new Map(costs?.byUser.map(({ userId, cost }) => [userId, nanosOf(cost)]));
  const format = columnOf([...spent.values()]);
  const isWhole = costs !== undefined && costs.userCount <= spent.size;
  return ({ id }) => {
    const nanos = spent.get(id) ?? (isWhole ? 0 : undefined);
    return nanos === undefined ? '–' : <Amount nanos={nanos} format={format} />;
  };
}
