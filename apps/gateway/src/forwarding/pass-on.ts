import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { type ClientBody, clientBodyOf } from './client-body.ts';
import type { Attempts } from './connection-attempts.ts';
import type { PassedAnswer } from './passed-answer.ts';

/** The content of a client's body for one attempt. */
export type BodyContent = ReturnType<ClientBody['read']>;

/**
 * Sends a request upstream, and again if it was certainly not received. Streams the response to the client. Resolves
 * once the response has started or the client has disconnected.
 */
export async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  to: {
    readonly attempts: Attempts;
    readonly dispatcher: Dispatcher;
    readonly answer: PassedAnswer;
    /** Called for each attempt. */
    readonly options: (content: BodyContent) => Dispatcher.DispatchOptions;
  },
): Promise<void> {
  const { answer, attempts, dispatcher } = to;
  try {
    const body = await clientBodyOf(request.raw);
    const repeatable = {
      whole: () => !body.begun(),
      reads: request.method === 'GET' || request.method === 'HEAD',
      abandoned: () => answer.abandoned,
    };
    await attempts(repeatable, () =>
      answer.begins((handler) => dispatcher.dispatch(to.options(body.read()), handler)),
    );
  } catch (error) {
    if (answer.abandoned || request.raw.errored) return void reply.hijack();
    throw error;
  }
}
