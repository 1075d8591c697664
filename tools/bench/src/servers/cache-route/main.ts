import { createHash } from 'node:crypto';
import { headers } from '@valuecanvas/contracts-core';
import { createInternalVerifier, importPublicKeys } from '@valuecanvas/identity';
import { createRedis } from '@valuecanvas/redis';
import Fastify from 'fastify';
import { announce } from '../../platform/announce.ts';

/** A minimal cache hit: a route that verifies a token, parses and hashes the body, and reads Redis. */
const [redisUrl = '', publicKeys = ''] = [process.env.REDIS_URL, process.env.INTERNAL_PUBLIC_KEYS];
const verifier = createInternalVerifier({
  audience: 'llm-router',
  issuers: ['gateway'],
  keys: await importPublicKeys(publicKeys),
});
const redis = createRedis({ url: redisUrl, name: 'bench', onError: (error) => console.error(error) });
const answer = JSON.stringify({ choices: [{ message: { content: 'It depends. '.repeat(100) } }] });

const app = Fastify();
app.post('/v1/chat/completions', async (request, reply) => {
  const token = String(request.headers[headers.identity]);
  const identity = verifier.known(token) ?? (await verifier.verify(token));
  if (!identity) return reply.code(401).send();
  const { model, temperature, max_tokens, messages } = request.body as Record<string, unknown>;
  const asked = JSON.stringify([model, temperature, max_tokens, messages]);
  const key = `bench:${createHash('sha256').update(asked).digest('base64url')}`;
  const found = await redis.get(key);
  if (found === null) await redis.set(key, answer);
  return reply.header('content-type', 'application/json; charset=utf-8').send(found ?? answer);
});
announce(await app.listen({ host: '127.0.0.1', port: 0, backlog: 2_048 }));
