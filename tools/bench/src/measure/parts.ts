import type { Target } from '../load/orders.ts';
import type { Child } from '../platform/child.ts';
import { portkeyHeaders } from '../platform/portkey.ts';
import type { Platform } from '../platform/start-platform.ts';
import { internalHeaders, userHeaders } from '../platform/users.ts';
import { bodies } from './bodies.ts';

export const contenderNames = ['direct', 'bare', 'portkey', 'router', 'gateway'] as const;
export type ContenderName = (typeof contenderNames)[number];

export const partNames = ['calls', 'hits', 'edge', 'streams'] as const;
export type PartName = (typeof partNames)[number];

/** A contender: one path to an answer. */
export interface Contender {
  readonly name: ContenderName;
  /** The contender's own processes, whose CPU and memory are attributed to it. */
  readonly own: readonly Child[];
  /** Created for each measurement, because tokens expire. */
  target(): Promise<Target>;
}

const path = '/v1/chat/completions';

const contender = (
  name: ContenderName,
  own: readonly Child[],
  target: { readonly at: Child; readonly body: string; readonly headers: () => Promise<Target['headers']> },
): Contender => ({
  name,
  own,
  target: async () => ({ url: target.at.url, path, headers: await target.headers(), body: target.body }),
});

/** The contenders of each part. Within a part, `direct` is the baseline and `bare` the reference. */
export function contendersOf(part: PartName, platform: Platform): readonly Contender[] {
  const { provider, stub, bareProxy, cacheRoute, router, gateway, portkey, users, identities } = platform;
  const anyone = async () => [{ authorization: 'Bearer bench' }];
  const inside = () => internalHeaders(users, identities);
  const outside = async () => userHeaders(users);
  const behindGateway = [gateway.toRouter, router];
  const throughPortkey = (to: Child, body: string) =>
    portkey
      ? [
          contender('portkey', [portkey], {
            at: portkey,
            body,
            headers: async () => [portkeyHeaders(to.url)],
          }),
        ]
      : [];

  switch (part) {
    case 'calls':
      return [
        contender('direct', [], { at: provider, body: bodies.fresh, headers: anyone }),
        contender('bare', [bareProxy.toProvider], {
          at: bareProxy.toProvider,
          body: bodies.fresh,
          headers: anyone,
        }),
        ...throughPortkey(provider, bodies.fresh),
        contender('router', [router], { at: router, body: bodies.fresh, headers: inside }),
        contender('gateway', behindGateway, { at: gateway.toRouter, body: bodies.fresh, headers: outside }),
      ];
    case 'hits':
      return [
        contender('bare', [cacheRoute], { at: cacheRoute, body: bodies.repeated, headers: inside }),
        contender('router', [router], { at: router, body: bodies.repeated, headers: inside }),
        contender('gateway', behindGateway, {
          at: gateway.toRouter,
          body: bodies.repeated,
          headers: outside,
        }),
      ];
    case 'edge':
      return [
        contender('direct', [], { at: stub, body: bodies.fresh, headers: anyone }),
        contender('bare', [bareProxy.toStub], { at: bareProxy.toStub, body: bodies.fresh, headers: anyone }),
        contender('gateway', [gateway.toStub], { at: gateway.toStub, body: bodies.fresh, headers: outside }),
      ];
    case 'streams':
      return [
        contender('direct', [], { at: stub, body: bodies.streamed, headers: anyone }),
        contender('bare', [bareProxy.toStub], {
          at: bareProxy.toStub,
          body: bodies.streamed,
          headers: anyone,
        }),
        ...throughPortkey(stub, bodies.streamed),
        contender('router', [router], { at: router, body: bodies.streamed, headers: inside }),
        contender('gateway', behindGateway, {
          at: gateway.toRouter,
          body: bodies.streamed,
          headers: outside,
        }),
      ];
  }
}
