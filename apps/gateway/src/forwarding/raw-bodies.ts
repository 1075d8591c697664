import type { FastifyInstance } from 'fastify';

/** Leaves request bodies unparsed, as forwarded requests need them. */
export function useRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}
