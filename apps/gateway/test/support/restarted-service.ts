import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { anonymous, anyone, data, defineContract, defineRoute } from '@valuecanvas/contracts-core';
import { defineService, implement, kitVariables, runService } from '@valuecanvas/service-kit';
import Type from 'typebox';

/** A service that logs the id of every request that it processes, and takes a moment for each. */
const basics = {
  summary: 'A route',
  description: 'A route for a test.',
  errors: [],
  auth: anyone,
  reply: data(Type.String({ description: 'The id of the request.' })),
} as const;
const read = defineRoute({ ...basics, id: 'test.read', method: 'GET', path: '/api/canvas' });
const write = defineRoute({
  ...basics,
  id: 'test.write',
  method: 'POST',
  path: '/api/canvas/generate',
  body: Type.Object({ businessDescription: Type.String({ description: 'Anything.' }) }),
});

/** Takes a few milliseconds off the main thread, so that requests overlap. */
const takeAMoment = () => promisify(pbkdf2)('a password', 'salt', 10_000, 32, 'sha256');

// The service is loaded but not started: the loading time depends on the machine and is not part of the restart.
process.send?.('loaded');
await once(process, 'message');

const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'A service that is restarted under load.',
  prefixes: ['/api/canvas'],
  callers: [],
  routes: { read, write },
});

await runService(
  defineService({
    contract,
    variables: kitVariables({ public: 0, internal: 0 }),
    compose: ({ log }) => {
      const work = async ({ requestId }: { readonly requestId: string }): Promise<string> => {
        log.info({ requestId }, 'carried out');
        await takeAMoment();
        return requestId;
      };
      return {
        authenticate: () => anonymous,
        probes: {},
        routes: implement(contract, { read: work, write: work }),
      };
    },
  }),
);
