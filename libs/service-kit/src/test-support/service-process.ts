import { trace } from '@opentelemetry/api';
import { anonymous, anyone, data, defineContract, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { kitVariables } from '../config/kit-variables.ts';
import { implement } from '../http/implement.ts';
import { runService } from '../run/run-service.ts';
import { defineService } from '../run/service-definition.ts';

/** Service process for tests of process behaviour. It accepts anonymous requests to all its routes. */
const basics = {
  summary: 'A route',
  description: 'A test route.',
  errors: [],
  auth: anyone,
  reply: data(Type.Unknown({ description: 'Something.' })),
} as const;
const hello = defineRoute({ ...basics, id: 'test.hello', method: 'GET', path: '/test/hello' });
const fail = defineRoute({ ...basics, id: 'test.fail', method: 'GET', path: '/test/fail' });
const hang = defineRoute({ ...basics, id: 'test.hang', method: 'GET', path: '/test/hang' });
const crash = defineRoute({ ...basics, id: 'test.crash', method: 'POST', path: '/test/crash' });
const reject = defineRoute({ ...basics, id: 'test.reject', method: 'POST', path: '/test/reject' });

const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'Behaviour of a process.',
  prefixes: ['/test'],
  callers: [],
  routes: { hello, fail, hang, crash, reject },
});

await runService(
  defineService({
    contract,
    variables: {
      ...kitVariables({ public: 0, internal: 0 }),
      NAME: Type.String({ default: 'Ada', minLength: 3, description: 'Name in the greeting.' }),
      AT_EDGE: Type.Boolean({ default: false, description: 'True if the service is at the edge.' }),
      TRUST_PROXY: Type.Array(Type.String(), { default: [], description: 'Proxies in front of it.' }),
    },
    compose: ({ config }) => ({
      authenticate: () => anonymous,
      probes: {},
      ...(config.AT_EDGE
        ? {
            edge: {
              trustedProxies: config.TRUST_PROXY,
              protect: async () => undefined,
              forward: async () => undefined,
            },
          }
        : {}),
      routes: implement(contract, {
        hello: () => ({ name: config.NAME, traced: trace.getActiveSpan()?.isRecording() ?? false }),
        fail: () => {
          throw new Error('unexpected');
        },
        hang: ({ log }) => {
          log.warn('hanging');
          return new Promise(() => undefined);
        },
        crash: () => {
          setImmediate(() => {
            throw new Error('uncaught');
          });
          return 'soon';
        },
        reject: () => {
          void Promise.reject(new Error('unhandled'));
          return 'soon';
        },
      }),
    }),
  }),
);
