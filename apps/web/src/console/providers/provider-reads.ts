import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type ResultOf } from '@valuecanvas/web-client';
import { useApi } from '../../api.tsx';
import { useRefresh, watched } from '../live.tsx';
import { type Combined, combine, type Replicas, withAnswer } from './replicas.ts';

export type Health = ResultOf<'getHealth'>;

/** Reads the figures of the providers, combined over the routers that have answered so far. */
export function useProviderStats(): UseQueryResult<Combined> {
  const api = useApi();
  const queries = useQueryClient();
  const queryKey = ['console', 'replicas'];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      withAnswer(
        queries.getQueryData<Replicas>(queryKey),
        await api.call.getStats({}, { signal }),
        Date.now(),
      ),
    select: combine,
    ...useRefresh(watched),
  });
}

/** Reads the health of the providers. */
export function useProviderHealth(): UseQueryResult<Health> {
  const api = useApi();
  return useQuery({
    queryKey: ['getHealth', {}],
    queryFn: ({ signal }) => api.call.getHealth({}, { signal }).catch(healthIn),
    ...useRefresh(watched),
  });
}

/** If no provider can serve calls, the platform answers 503 with the same body. */
function healthIn(error: unknown): Health {
  const data = error instanceof ApiError ? (error.facts.data as Partial<Health> | undefined) : undefined;
  if (typeof data?.providers !== 'object') throw error;
  return data as Health;
}
