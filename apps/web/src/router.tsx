import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { type Api, queryOf, siteQuery } from './api.tsx';
import { readCanvasSearch } from './people/canvas/panels.ts';
import type { CanvasesSearch } from './people/canvases/canvases-page.tsx';
import { DescribePage } from './people/describe/describe-page.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { PageError } from './shell/page-error.tsx';
import { Shell } from './shell/shell.tsx';

interface Context {
  readonly api: Api;
  readonly queries: QueryClient;
}

/** Facts about the platform and the session, for routes that need them. */
const readSite = async ({ api, queries }: Context) => ({
  site: await queries.ensureQueryData(siteQuery(api)),
});

const rootRoute = createRootRouteWithContext<Context>()({
  component: Shell,
  errorComponent: PageError,
  notFoundComponent: NotFoundPage,
});

const describeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: ({ context }) => readSite(context),
  component: DescribePage,
});

/** `next` is the path to return to. A path of another site is ignored. */
const nextSearch = ({ next }: Record<string, unknown>): { next?: string } =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};

/** The search parameters of a screen with these names, which hold its filters, its order and what is open. */
function textsOf<N extends string>(...names: readonly N[]) {
  return (search: Record<string, unknown>): { readonly [K in N]?: string | undefined } =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = search[name];
        return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
      }),
    ) as { readonly [K in N]?: string | undefined };
}

const SignInPage = lazyRouteComponent(() => import('./people/sign-in/sign-in-page.tsx'), 'SignInPage');

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signin',
  beforeLoad: ({ context }) => readSite(context),
  validateSearch: nextSearch,
  component: SignInPage,
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signup',
  beforeLoad: ({ context }) => readSite(context),
  validateSearch: nextSearch,
  component: SignInPage,
});

const loadNewPasswordPages = () => import('./people/sign-in/new-password-pages.tsx');

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot',
  component: lazyRouteComponent(loadNewPasswordPages, 'ForgotPage'),
});

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset',
  component: lazyRouteComponent(loadNewPasswordPages, 'ResetPage'),
});

/** Pages that need a session. Without one, they lead to the sign-in page and back. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const { site } = await readSite(context);
    if (!site.session) throw redirect({ to: '/signin', search: { next: location.href } });
    return { session: site.session };
  },
});

const canvasesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/canvases',
  validateSearch: ({ search, sort, deleted }: Record<string, unknown>): CanvasesSearch => ({
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(sort === 'updated' && { sort }),
    ...(deleted === true && { deleted }),
  }),
  component: lazyRouteComponent(() => import('./people/canvases/canvases-page.tsx'), 'CanvasesPage'),
});

const newCanvasRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/new',
  component: lazyRouteComponent(() => import('./people/canvas/new-canvas-page.tsx'), 'NewCanvasPage'),
});

const canvasRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/c/$id',
  validateSearch: readCanvasSearch,
  loader: ({ context: { api, queries }, params }) =>
    queries.ensureQueryData(queryOf(api, 'getCanvas', { params })),
  component: lazyRouteComponent(() => import('./people/canvas/canvas-page.tsx'), 'CanvasPage'),
});

const variantRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/c/$id/variant',
  component: lazyRouteComponent(() => import('./people/variants/variant-page.tsx'), 'VariantPage'),
});

const compareRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/c/$id/compare',
  validateSearch: textsOf('with'),
  component: lazyRouteComponent(() => import('./people/variants/compare-page.tsx'), 'ComparePage'),
});

const loadSharedPage = () => import('./people/share/shared-page.tsx');

/** Requests the shared canvas and nothing else, neither the session nor the site. */
const sharedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/s/$token',
  loader: async ({ context: { api }, params: { token } }) => (await loadSharedPage()).readShared(api, token),
  component: lazyRouteComponent(loadSharedPage, 'SharedPage'),
});

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./people/account/account-page.tsx'), 'AccountPage'),
});

const consoleRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/console',
  component: lazyRouteComponent(() => import('./console/console-shell.tsx'), 'ConsoleShell'),
});

const overviewRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./console/overview/overview-page.tsx'), 'OverviewPage'),
});

const providersRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/providers',
  validateSearch: textsOf('open'),
  component: lazyRouteComponent(() => import('./console/providers/providers-page.tsx'), 'ProvidersPage'),
});

const queueRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/queue',
  validateSearch: textsOf('status', 'redrive'),
  component: lazyRouteComponent(() => import('./console/queue/queue-page.tsx'), 'QueuePage'),
});

const costsRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/costs',
  validateSearch: textsOf('range', 'from', 'to', 'view', 'models', 'users'),
  component: lazyRouteComponent(() => import('./console/costs/costs-page.tsx'), 'CostsPage'),
});

const alertsRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/alerts',
  validateSearch: textsOf('level'),
  component: lazyRouteComponent(() => import('./console/alerts/alerts-page.tsx'), 'AlertsPage'),
});

const promptsRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/prompts',
  component: lazyRouteComponent(() => import('./console/prompts/prompts-page.tsx'), 'PromptsPage'),
});

const promptRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/prompts/$promptKey',
  validateSearch: textsOf('version', 'label', 'environment'),
  component: lazyRouteComponent(() => import('./console/prompts/prompt-page.tsx'), 'PromptPage'),
});

const comparePromptsRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/prompts/$promptKey/compare',
  validateSearch: textsOf('from', 'to'),
  component: lazyRouteComponent(
    () => import('./console/prompts/compare-versions-page.tsx'),
    'CompareVersionsPage',
  ),
});

const usersRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/users',
  validateSearch: textsOf('email', 'tier', 'role', 'edit'),
  component: lazyRouteComponent(() => import('./console/users/users-page.tsx'), 'UsersPage'),
});

const userRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/users/$id',
  validateSearch: textsOf('edit'),
  component: lazyRouteComponent(() => import('./console/users/user-page.tsx'), 'UserPage'),
});

const auditRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: '/audit',
  validateSearch: textsOf('operation', 'kind', 'target', 'open'),
  component: lazyRouteComponent(() => import('./console/audit/audit-page.tsx'), 'AuditPage'),
});

const routeTree = rootRoute.addChildren([
  describeRoute,
  signInRoute,
  signUpRoute,
  forgotRoute,
  resetRoute,
  sharedRoute,
  signedInRoute.addChildren([
    canvasesRoute,
    newCanvasRoute,
    canvasRoute,
    variantRoute,
    compareRoute,
    accountRoute,
    consoleRoute.addChildren([
      overviewRoute,
      providersRoute,
      costsRoute,
      alertsRoute,
      queueRoute,
      promptsRoute,
      promptRoute,
      comparePromptsRoute,
      usersRoute,
      userRoute,
      auditRoute,
    ]),
  ]),
]);

export function createAppRouter(context: Context) {
  return createRouter({
    routeTree,
    context,
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultPendingMs: 200,
    defaultPendingMinMs: 300,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFoundPage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
