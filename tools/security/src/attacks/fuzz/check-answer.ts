import type { Answer } from '../target.ts';
import { type DocumentedAnswer, type DocumentedOperation, mediaTypeOf } from './documented.ts';

type Seen = Pick<Answer, 'status' | 'headers' | 'text' | 'json'>;

/** Lists how an answer differs from its documentation. */
export function faultsOf({ answers }: Pick<DocumentedOperation, 'answers'>, answer: Seen): string[] {
  const { status } = answer;
  const documented = answers.get(status);
  if (!documented) return [`answers ${status}, which is not documented`];
  // A 5xx of a healthy platform is a fault, even if the status is documented.
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
  if (type.endsWith('json') && json === undefined) return [`answers ${status} with invalid JSON`];
  const fault = check(type.endsWith('json') ? json : text);
  return fault === undefined ? [] : [`answers ${status} with another body than documented: ${fault}`];
}

/** Events of other protocols have no names. */
function eventFaults(events: DocumentedAnswer['events'], text: string): string[] {
  if (events.size === 0) return [];
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].flatMap(([, name = '', data = '']) => {
    const check = events.get(name);
    if (!check) return [`sends the event ${name}, which is not documented`];
    const fault = check(JSON.parse(data));
    return fault === undefined ? [] : [`sends the event ${name} with other data than documented: ${fault}`];
  });
}

/** Acceptable statuses for a valid request: the resource may be gone or taken, or a limit reached. */
const noFault = [402, 404, 409, 429];

/**
 * A rule that the document states in prose, because no schema keyword expresses it. `refusal` matches the platform's
 * answer, and `words` must occur in the operation's documentation: an unstated rule does not count.
 */
export interface StatedRule {
  readonly operation: RegExp;
  readonly refusal: RegExp;
  readonly words: string;
}

/** Lists the faults of an answer to a valid request. */
export function refusalFaults(
  operation: Pick<DocumentedOperation, 'id' | 'words' | 'guarded'>,
  { status, text }: Seen,
  rules: readonly StatedRule[],
): string[] {
  if (status < 400 || status >= 500 || noFault.includes(status)) return [];
  // Generated credentials must be refused in some way.
  if (status === 401 && !operation.guarded) return [];
  const isStated = rules.some(
    (rule) =>
      rule.operation.test(operation.id) && rule.refusal.test(text) && operation.words.includes(rule.words),
  );
  return isStated ? [] : [`refuses a documented request with ${status}: ${reasonIn(text)}`];
}

/** Parts that differ in every answer and would make one refusal look like many. */
function reasonIn(text: string): string {
  return text.replace(/,?"request(?:Id|_id)":"[^"]*"/, '').slice(0, 300);
}

/** Lists the faults of an answer to an invalid request. */
export function acceptanceFaults({ status }: Seen): string[] {
  return status >= 200 && status < 400 ? [`answers ${status}`] : [];
}
