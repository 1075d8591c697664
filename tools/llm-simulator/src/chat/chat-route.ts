import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from '../admin/call-log.ts';
import { deliver } from '../delivery/deliver.ts';
import type { BehaviourControl } from '../faults/behaviour.ts';
import { readDirective } from '../faults/directive.ts';
import { assertHasFeatures } from '../faults/lacked-features.ts';
import type { KeyRing } from '../http/api-keys.ts';
import type { ModelList } from '../models/models.ts';
import { uniqueIdentity } from './identity.ts';
import { createRequestReader, prepareAnswer } from './prepare.ts';

/** The dependencies of the chat completion route. */
export interface ChatParts {
  readonly seed: number;
  readonly keys: KeyRing;
  readonly models: ModelList;
  readonly behaviour: BehaviourControl;
  readonly log: CallLog;
}

/** `POST /v1/chat/completions`. The handler throws an ApiError for an invalid request. */
export function createChatRoute({ seed, keys, models, behaviour, log }: ChatParts) {
  const read = createRequestReader(seed);
  let sequence = 0;

  return (incoming: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const key = keys.admit(incoming);
    const prepared = read(body);
    const { model, stream } = prepared.request;
    models.check(model);
    const effect = behaviour.effectFor({ model, key }, directiveOf(incoming));
    assertHasFeatures(prepared.request, effect.lacks);
    sequence += 1;
    const identity = behaviour.current().ids === 'unique' ? uniqueIdentity(prepared.digest, sequence) : null;
    const answer = prepareAnswer(prepared, effect, identity);
    const requestId = headerOf(incoming, 'x-request-id');
    const start = { requestId, model, key: keys.label(key), stream, fault: effect.fault };
    deliver(response, answer.delivery, effect, log.begin(start, answer));
  };
}

function directiveOf(incoming: IncomingMessage) {
  const header = headerOf(incoming, 'x-simulator');
  return header === null ? null : readDirective(header);
}

function headerOf(incoming: IncomingMessage, name: string): string | null {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : null;
}
