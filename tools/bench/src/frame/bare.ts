import Fastify from 'fastify';
import Type from 'typebox';
import { reportCpu } from '../report-cpu.ts';
import { Answer, answer, Request } from './route.ts';

/** Serves the same route on bare Fastify: validated and serialized by the same schemas, nothing else. */
const app = Fastify();
app.post(
  '/bench/:id',
  {
    schema: {
      params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
      body: Request,
      response: { 200: Type.Object({ success: Type.Literal(true), data: Answer }) },
    },
  },
  async (request) => ({ success: true, data: answer(request.body as Parameters<typeof answer>[0]) }),
);
const url = await app.listen({ host: '127.0.0.1', port: 0 });
reportCpu({ url, headers: {} });
