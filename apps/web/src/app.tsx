import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ApiContext, createApi, shouldRetry } from './api.tsx';
import { createAppRouter } from './router.tsx';

/** Composes the page: the client of the gateway, the cache of its answers, and the routes. */
export function createApp(): ReactElement {
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: shouldRetry, staleTime: 30_000 } },
  });
  const api = createApi(queries);
  const router = createAppRouter({ api, queries });
  return (
    // The policy of the page allows no style elements.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <ApiContext value={api}>
          <RouterProvider router={router} />
        </ApiContext>
      </QueryClientProvider>
    </CSPProvider>
  );
}
