import type { Found } from '../../report.ts';
import { each } from '../each.ts';
import type { Answer, Question } from '../target.ts';
import type { DocumentedOperation } from './documented.ts';

/** Records the faults of an answer. `why` names what is special about the request. */
export type Note = (question: Question, answer: Answer, faults: readonly string[], why?: string) => void;

/** Sends requests to one operation and returns their number. */
export type Ask = (operation: DocumentedOperation, note: Note) => Promise<number>;

/**
 * Sends requests to all operations, those that delete resources last. Reports the same fault of an operation once, with
 * its first example. Returns a summary.
 */
export async function askAll(
  operations: readonly DocumentedOperation[],
  found: Found,
  ask: Ask,
): Promise<string> {
  let [requests, limited] = [0, 0];
  const askOne = async (operation: DocumentedOperation): Promise<void> => {
    const seen = new Set<string>();
    const asked = await ask(operation, (question, answer, faults, why = '') => {
      if (answer.status === 429) limited += 1;
      for (const fault of faults.filter((one) => !seen.has(one))) {
        seen.add(fault);
        found(`${operation.name} ${fault}${why && ` (${why})`}, to ${shown(question)}`);
      }
    });
    requests += asked;
  };
  await each(
    operations.filter((operation) => !takesAway(operation)),
    askOne,
  );
  await each(operations.filter(takesAway), askOne);
  const refused = limited === 0 ? '' : `, ${limited} of them limited`;
  return `${requests} requests to ${operations.length} operations${refused}`;
}

function takesAway({ method, id }: DocumentedOperation): boolean {
  return method === 'DELETE' || id === 'auth.logOut';
}

function shown({ method, path, headers, body }: Question): string {
  const cut = (text: string) => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
  const head = Object.keys(headers ?? {}).length === 0 ? '' : ` ${JSON.stringify(headers)}`;
  return `${method} ${cut(path)}${cut(head)}${body === undefined ? '' : ` ${cut(String(body))}`}`;
}
