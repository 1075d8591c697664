import Fastify from 'fastify';
import { Pool } from 'undici';
import { announce } from '../../platform/announce.ts';

/**
 * A minimal proxy on this stack: Fastify receives the bytes, undici forwards them, and the answer returns unchanged. Its
 * only argument is the upstream origin.
 */
const pool = new Pool(process.argv[2] ?? '', { connections: 512, pipelining: 1 });
const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/v1/chat/completions', async (request, reply) => {
  const { statusCode, headers, body } = await pool.request({
    path: request.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
    body: request.body as Buffer,
  });
  const type = String(headers['content-type']);
  reply.code(statusCode).header('content-type', type);
  return reply.send(type.startsWith('text/event-stream') ? body : Buffer.from(await body.arrayBuffer()));
});
announce(await app.listen({ host: '127.0.0.1', port: 0, backlog: 2_048 }));
