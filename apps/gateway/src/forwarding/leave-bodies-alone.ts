import type { FastifyInstance } from 'fastify';

/** What is passed on is not parsed. */
export function leaveBodiesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}
