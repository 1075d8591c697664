import type { Answer } from '../target.ts';
import { type DocumentedAnswer, type DocumentedOperation, mediaTypeOf } from './documented.ts';

type Seen = Pick<Answer, 'status' | 'headers' | 'text' | 'json'>;

/** In what an answer differs from what the document says of it, each in a few words. */
export function faultsOf({ answers }: Pick<DocumentedOperation, 'answers'>, answer: Seen): string[] {
  const { status } = answer;
  const documented = answers.get(status);
  if (!documented) return [`answers ${status}, which is not documented`];
  // No outage is documented as the usual thing; whatever fails on a healthy platform is broken.
  const failed = status >= 500 ? [`answers ${status}`] : [];
  return [...failed, ...headerFaults(documented, answer), ...bodyFaults(documented, answer)];
}

function headerFaults({ headers: documented }: DocumentedAnswer, { status, headers }: Seen): string[] {
  return [...documented].flatMap(([name, { required, check }]) => {
    const value = headers[name];
    if (value === undefined) return required ? [`answers ${status} without ${name}`] : [];
    const fault = check(String(value));
    return fault === undefined ? [] : [`answers ${status} with ${name}: ${value}, but ${fault}`];
  });
}

function bodyFaults({ content, events }: DocumentedAnswer, { status, headers, text, json }: Seen): string[] {
  if (content.size === 0) return text === '' ? [] : [`answers ${status} with a body that is not documented`];
  const type = mediaTypeOf(String(headers['content-type'] ?? ''));
  const check = content.get(type);
  if (!check) return [`answers ${status} as ${type || 'nothing'}, which is not documented`];
  if (type === 'text/event-stream') return eventFaults(events, text);
  if (type.endsWith('json') && json === undefined) return [`answers ${status} with what is no JSON`];
  const fault = check(type.endsWith('json') ? json : text);
  return fault === undefined ? [] : [`answers ${status} with another body than documented: ${fault}`];
}

/** Events of another protocol have no names. */
function eventFaults(events: DocumentedAnswer['events'], text: string): string[] {
  if (events.size === 0) return [];
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].flatMap(([, name = '', data = '']) => {
    const check = events.get(name);
    if (!check) return [`sends the event ${name}, which is not documented`];
    const fault = check(JSON.parse(data));
    return fault === undefined ? [] : [`sends the event ${name} with other data than documented: ${fault}`];
  });
}

/** Statuses that are no fault where a request was right: what it asks for may be gone, taken, or too much for now. */
const noFault = [402, 404, 409, 429];

/**
 * A rule that stands in the document in words, because no schema has a word for it. `refusal` is found in what the
 * platform answers, and `words` in what the document says of the operation: a rule that is not stated is none.
 */
export interface StatedRule {
  readonly operation: RegExp;
  readonly refusal: RegExp;
  readonly words: string;
}

/** Why the answer to a request that fits the document is none that it should get. */
export function refusalFaults(
  operation: Pick<DocumentedOperation, 'id' | 'words' | 'guarded'>,
  { status, text }: Seen,
  rules: readonly StatedRule[],
): string[] {
  if (status < 400 || status >= 500 || noFault.includes(status)) return [];
  // Whoever logs in must be refused somehow.
  if (status === 401 && !operation.guarded) return [];
  const isStated = rules.some(
    (rule) =>
      rule.operation.test(operation.id) && rule.refusal.test(text) && operation.words.includes(rule.words),
  );
  return isStated ? [] : [`refuses with ${status} what the document allows: ${reasonIn(text)}`];
}

/** What differs with every request, and would make the same refusal look like many. */
function reasonIn(text: string): string {
  return text.replace(/,?"request(?:Id|_id)":"[^"]*"/, '').slice(0, 300);
}

/** Why the answer to a request that breaks the document's rules is none that it should get. */
export function acceptanceFaults({ status }: Seen): string[] {
  return status >= 200 && status < 400 ? [`answers ${status}`] : [];
}
