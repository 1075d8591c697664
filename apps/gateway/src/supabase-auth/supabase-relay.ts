import type { FastifyReply } from 'fastify';
import type { Dispatcher } from 'undici';
import { ResponseRelay } from '../forwarding/response-relay.ts';
import { headersFromSupabase } from './supabase-headers.ts';

/** Relays a response of Supabase Auth to the client. */
export class SupabaseRelay extends ResponseRelay {
  readonly #succeeded: () => void;

  /** Calls `succeeded` before the client receives a successful response. */
  constructor(reply: FastifyReply, succeeded: () => void) {
    super(reply, 'Supabase Auth');
    this.#succeeded = succeeded;
  }

  override onResponseStart(
    supabase: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status >= 200 && status < 300) this.#succeeded();
    super.onResponseStart(supabase, status, headersFromSupabase(headers));
  }
}
