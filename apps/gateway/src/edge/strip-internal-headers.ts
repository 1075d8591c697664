import { internalHeaderPrefix } from '@valuecanvas/contracts-core';
import type { onRequestHookHandler } from 'fastify';

/** Inner services believe these headers, so nobody outside may set them. */
export const stripInternalHeaders: onRequestHookHandler = ({ headers }, _reply, done) => {
  for (const name in headers) {
    if (name.startsWith(internalHeaderPrefix)) delete headers[name];
  }
  done();
};
