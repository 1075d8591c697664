import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { targetOf } from '../forwarding/send-upstream.ts';
import { isHealthRoute } from './health-routes.ts';

/**
 * Redirects unencrypted requests to the same path of `origin`, never to a host that the request names. Refuses requests
 * that carry credentials or change something: they may already have been read in transit, and the client must notice.
 */
export function httpsOnly(origin: string): onRequestHookHandler {
  return (request, reply, done) => {
    if (request.protocol.toLowerCase() === 'https' || isHealthRoute(request.routeConfig.operation)) {
      done();
    } else if (canBeRepeated(request)) {
      void reply.redirect(origin + targetOf(request.url), 308);
    } else {
      const message = `Send requests to ${origin}. Replace any credentials that you sent without encryption.`;
      done(new AppError('FORBIDDEN', { message }));
    }
  };
}

function canBeRepeated({ method, headers }: FastifyRequest): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  const credentials = [headers.authorization, headers['x-api-key'], headers['api-key']];
  return reads && credentials.every((credential) => credential === undefined);
}
