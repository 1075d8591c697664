import { data, defineContract, defineRoute, field, user } from '@valuecanvas/contracts-core';
import Type from 'typebox';

export const Request = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'A text.' }),
    amount: Type.Integer({ minimum: 0, description: 'A number.' }),
    tags: Type.Array(Type.String(), { maxItems: 10, description: 'Some texts.' }),
  },
  { additionalProperties: false },
);

export const Answer = Type.Object({
  id: field.uuid('An id.'),
  name: Type.String({ description: 'The text.' }),
  amount: Type.Integer({ description: 'The number.' }),
  tags: Type.Array(Type.String(), { description: 'The texts.' }),
  createdAt: field.timestamp('A time.'),
});

const measured = defineRoute({
  id: 'bench.measured',
  method: 'POST',
  path: '/bench/:id',
  summary: 'The measured route',
  description: 'Checks a body and answers with it.',
  auth: user,
  params: Type.Object({ id: field.uuid('An id.') }),
  body: Request,
  reply: data(Answer),
  errors: [],
});

export const benchContract = defineContract({
  service: 'canvas',
  title: 'Bench',
  description: 'One route.',
  prefixes: ['/bench'],
  callers: ['gateway'],
  routes: { measured },
});

export const id = '0190d4c6-7f3e-7a3b-8b1a-5a1d3c9e2f10';

export const answer = (body: { name: string; amount: number; tags: string[] }) => ({
  id,
  ...body,
  createdAt: '2026-01-01T00:00:00.000Z',
});
