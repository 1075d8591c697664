import { internalHeaderPrefix } from '@valuecanvas/contracts-core';
import type { onRequestHookHandler } from 'fastify';

/** Removes internal headers from client requests, because the services behind the gateway trust them. */
export const stripInternalHeaders: onRequestHookHandler = ({ headers }, _reply, done) => {
  for (const name in headers) {
    if (name.startsWith(internalHeaderPrefix)) delete headers[name];
  }
  done();
};
