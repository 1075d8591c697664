import type { canvasContract } from '@valuecanvas/contracts-canvas';
import type {
  EventsOf,
  RouteDefinition,
  InputOf as RouteInput,
  ResultOf as RouteResult,
} from '@valuecanvas/contracts-core';
import type { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { routes } from './routes.generated.ts';

/** The declarations behind the generated table. Only their types reach the browser. */
type Declarations = (typeof canvasContract)['routes'] &
  (typeof featureFlagsContract)['routes'] &
  (typeof gatewayContract)['routes'] &
  (typeof jobWorkerContract)['routes'] &
  (typeof llmRouterContract)['routes'] &
  (typeof promptRegistryContract)['routes'];

type AnyName = keyof typeof routes & keyof Declarations;

/** Name of a public route that replies with a file. */
export type FileName = {
  [N in AnyName]: (typeof routes)[N] extends { readonly reply: 'file' } ? N : never;
}[AnyName];

/** Name of any other public route, as in its contract. */
export type RouteName = Exclude<AnyName, FileName>;

type Declaration<N extends AnyName> = Declarations[N] extends RouteDefinition ? Declarations[N] : never;

/** Input of a route: the params, query and body that its contract declares. */
export type InputOf<N extends RouteName | FileName> = RouteInput<Declaration<N>>;

/** Value of a successful reply. */
export type ResultOf<N extends RouteName> = RouteResult<Declaration<N>>;

/** Names of the routes that can stream events. */
export type StreamName = {
  [N in RouteName]: Declaration<N> extends { events: object } ? N : never;
}[RouteName];

/** One server-sent event of a route, by name. `done` is the last one. */
export type EventOf<N extends StreamName> = {
  [E in keyof EventsOf<Declaration<N>>]: {
    readonly event: E;
    readonly data: EventsOf<Declaration<N>>[E];
  };
}[keyof EventsOf<Declaration<N>>];
