import { type QueryClient, queryOptions } from '@tanstack/react-query';
import {
  ApiError,
  createWebClient,
  type InputOf,
  type ResultOf,
  type RouteName,
  type WebClient,
} from '@valuecanvas/web-client';
import { createContext, use } from 'react';
import { type Connection, createConnection } from './shell/connection.ts';
import { createSignInGate, type SignInGate } from './shell/sign-in-gate.ts';

/** The client of the gateway, and what the page knows about its session and connection. */
export interface Api extends WebClient {
  readonly signInGate: SignInGate;
  readonly connection: Connection;
}

/** Facts about the platform and the session of this browser. */
export type Site = ResultOf<'getSite'>;
export type Session = NonNullable<Site['session']>;

const siteKey = ['getSite', {}] as const;

/** Creates the client of the gateway. The cache of `queries` holds the session as a part of the site. */
export function createApi(queries: QueryClient): Api {
  const signInGate = createSignInGate();
  const connection: Connection = createConnection(() => api.call.getLiveness({}));
  const client = createWebClient({
    csrfToken: () => queries.getQueryData<Site>(siteKey)?.session?.csrfToken,
    renewCsrfToken: async () =>
      (await queries.fetchQuery({ ...siteQuery(api), staleTime: 0 })).session?.csrfToken,
    signInAgain: signInGate.ask,
    onReached: connection.report,
  });
  const api: Api = { ...client, signInGate, connection };
  return api;
}

/** Query of a route. Its key is the route's name with its input. */
export function queryOf<N extends RouteName>(api: Api, name: N, input: InputOf<N>) {
  return queryOptions<ResultOf<N>>({
    queryKey: [name, input],
    queryFn: ({ signal }) => api.call[name](input, { signal }),
  });
}

/** The site is read once. Signing in and out changes it in the cache. */
export function siteQuery(api: Api) {
  return { ...queryOf(api, 'getSite', {}), staleTime: Number.POSITIVE_INFINITY };
}

/** Records that this browser has signed in, or has been signed out. */
export function setSession(queries: QueryClient, session: Session | undefined): void {
  queries.setQueryData<Site>(siteKey, (site) => {
    if (!site) return site;
    const { session: _before, ...rest } = site;
    return session ? { ...rest, session } : rest;
  });
}

/** A failed read is repeated twice, if repeating can help. */
export function shouldRetry(failures: number, error: Error): boolean {
  if (failures >= 2 || !(error instanceof ApiError)) return false;
  return error.code === 'UNREACHABLE' || error.code === 'DEPENDENCY_UNAVAILABLE';
}

export const ApiContext = createContext<Api | undefined>(undefined);

export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error('The component is outside ApiContext.');
  return api;
}
