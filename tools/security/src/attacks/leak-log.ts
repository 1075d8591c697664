import type { Check } from '../report.ts';
import { leaksIn } from './leaks.ts';
import { type Answer, nameOf, type Question } from './target.ts';

/** Inspects every answer of a run. */
export interface LeakLog {
  look(question: Question, answer: Answer): void;
  conclude(check: Check): Promise<void>;
}

export function createLeakLog(url: string): LeakLog {
  const leaks = new Set<string>();
  const failures = new Set<string>();
  let errors = 0;
  let answers = 0;
  return {
    look(question, answer) {
      answers += 1;
      if (answer.status >= 400) errors += 1;
      // A refusal that repeats the request's path reveals nothing.
      const text = answer.text.replaceAll(question.path, '');
      for (const leak of leaksIn({ ...answer, text }, url, saidIn(question)))
        leaks.add(`${nameOf(question)} answered ${answer.status}: ${leak}`);
      if (answer.status >= 500) failures.add(`${nameOf(question)} answered ${answer.status}`);
    },
    async conclude(check) {
      await check('no error of the run reveals internals or can be interpreted as a page', async (found) => {
        for (const leak of leaks) found(leak);
        return `${errors} errors`;
      });
      await check('no attack of the run made the platform fail', async (found) => {
        for (const failure of failures) found(failure);
        return `${answers} answers`;
      });
    },
  };
}

function saidIn({ body }: Question): string {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  return typeof body === 'string' ? body : JSON.stringify(body ?? '');
}
