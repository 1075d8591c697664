import fc from 'fast-check';
import type { Found } from '../../report.ts';
import type { Attack } from '../attack.ts';
import { each } from '../each.ts';
import type { Question } from '../target.ts';
import { askAll, type Note } from './ask-all.ts';
import { type Callers, createCallers } from './callers.ts';
import { acceptanceFaults, faultsOf, refusalFaults } from './check-answer.ts';
import { type Documented, type DocumentedOperation, readDocument } from './documented.ts';
import { createRequests, type Requests } from './requests.ts';
import { statedRules } from './stated-rules.ts';

/** What is made up depends on this alone. */
const seed = 20_260_101;

/** Right requests to each operation: fewer where each may cost, or counts as a guess at credentials. */
const usualRuns = 20;
const spendingRuns = 12;
const credentialRuns = 8;

/** Wrong requests for each rule, so that hardly any is refused for another reason. */
const runsPerRule = 3;

/** Requests made from the platform's own document: what it allows must work as it says, and nothing else may. */
export async function attackByDocument(attack: Attack): Promise<void> {
  let trial: Trial | undefined;
  await attack.check('the document can be understood, and there is somebody to ask by it', async () => {
    const documented = readDocument(await attack.target.send({ path: '/api/openapi.json' }));
    trial = { attack, documented, callers: await createCallers(attack) };
    return `${documented.operations.length} operations`;
  });
  if (trial) await tryAll(trial);
}

interface Trial {
  readonly attack: Attack;
  readonly documented: Documented;
  readonly callers: Callers;
}

async function tryAll(trial: Trial): Promise<void> {
  const { check } = trial.attack;
  const { operations } = trial.documented;
  const guarded = operations.filter((operation) => operation.guarded);
  const open = operations.filter((operation) => !operation.guarded);
  const inSeveralWays = guarded.filter(({ operatorsOnly, ways }) => !operatorsOnly && ways.length > 1);
  const promise = `what the document allows is answered as it says (seed ${seed})`;
  const refusal = `what breaks a rule of the document is refused as it says (seed ${seed})`;
  await check(promise, (found) =>
    askAll(operations, found, (operation, note) => askRightly(trial, operation, note)),
  );
  await check(refusal, (found) =>
    askAll(operations, found, (operation, note) => askWrongly(trial, operation, note)),
  );
  await check('each way to say who asks that the document names is one', (found) =>
    askAll(inSeveralWays, found, (operation, note) => askInEachWay(trial, operation, note)),
  );
  await check('nobody is refused as the document says where somebody must ask', (found) =>
    askAll(guarded, found, (operation, note) => askAsNobody(trial, operation, note)),
  );
  await check('bad credentials are answered as the document says where anybody may ask', (found) =>
    askAll(open, found, (operation, note) => askWithBadToken(trial, operation, note)),
  );
  await check('a method that the document does not have is none', (found) => askOtherMethods(trial, found));
}

function requestsTo({ documented, callers }: Trial, operation: DocumentedOperation): Requests {
  return createRequests(operation, documented.resolve, callers.knownFor(operation));
}

function oneRequestTo(trial: Trial, operation: DocumentedOperation): Question[] {
  return fc.sample(requestsTo(trial, operation).valid, { numRuns: 1, seed });
}

async function askInEachWay(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  const { attack, callers } = trial;
  for (const way of operation.ways) {
    const shown = way.map((name) => callers.credentials[name] ?? {});
    for (const question of oneRequestTo(trial, operation)) {
      const headers = Object.assign({}, question.headers, ...shown.map((one) => one.headers));
      const answer = await attack.target.send({ ...question, ...Object.assign({}, ...shown), headers });
      const isIn = answer.status !== 401 && answer.status !== 403;
      note(question, answer, isIn ? [] : [`answers ${answer.status} to ${way.join(' and ')}`]);
    }
  }
  return operation.ways.length;
}

async function askRightly(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  const { attack, callers } = trial;
  const questions = fc.sample(requestsTo(trial, operation).valid, { numRuns: runsOf(operation), seed });
  for (const question of questions) {
    const token = await callers.tokenFor(operation);
    if (operation.guarded && token === undefined) return 0;
    const answer = await attack.target.send({ ...question, token, impatient: true });
    const isTooLarge = answer.status === 413 && bytesOf(question) > (operation.body?.maxBytes ?? 0);
    const refusal = isTooLarge ? [] : refusalFaults(operation, answer, statedRules);
    note(question, answer, [...faultsOf(operation, answer), ...refusal]);
  }
  return questions.length;
}

function runsOf({ spends, path }: DocumentedOperation): number {
  if (takesCredentials({ path })) return credentialRuns;
  return spends ? spendingRuns : usualRuns;
}

function takesCredentials({ path }: Pick<DocumentedOperation, 'path'>): boolean {
  return path.startsWith('/auth/');
}

function bytesOf({ body }: Question): number {
  return Buffer.byteLength(String(body ?? ''));
}

async function askWrongly(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  const { attack, callers } = trial;
  const token = await callers.tokenFor(operation);
  if (operation.guarded && token === undefined) return 0;
  const numRuns = takesCredentials(operation) ? 1 : runsPerRule;
  const { broken } = requestsTo(trial, operation);
  for (const { rule, question: questions } of broken) {
    for (const question of fc.sample(questions, { numRuns, seed })) {
      const answer = await attack.target.send({ ...question, token, impatient: true });
      note(question, answer, [...faultsOf(operation, answer), ...acceptanceFaults(answer)], rule);
    }
  }
  return broken.length * numRuns;
}

async function askAsNobody(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  for (const question of oneRequestTo(trial, operation)) {
    const answer = await trial.attack.target.send(question);
    const letIn = answer.status === 401 ? [] : [`answers ${answer.status} to nobody`];
    note(question, answer, [...letIn, ...faultsOf(operation, answer)]);
  }
  return 1;
}

async function askWithBadToken(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  for (const question of oneRequestTo(trial, operation)) {
    const answer = await trial.attack.target.send({ ...question, token: 'garbage', impatient: true });
    note(question, answer, faultsOf(operation, answer), 'with a bad token');
  }
  return 1;
}

async function askOtherMethods({ attack, documented, callers }: Trial, found: Found): Promise<string> {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const { operations } = documented;
  const has = (method: string, path: string) =>
    operations.some((operation) => operation.method === method && leadsTo(operation, path));
  const questions = operations.flatMap((operation) =>
    methods
      .filter((method) => !has(method, operation.filledPath))
      .map((method) => ({
        path: operation.path,
        question: { method, path: operation.filledPath, body: {} },
      })),
  );
  const { token } = callers.credentials.accessToken ?? {};
  await each(questions, async ({ path, question }) => {
    const { status } = await attack.target.send({ ...question, token });
    if (status !== 404 && status !== 405) found(`${question.method} ${path} answered ${status}`);
  });
  return `404 or 405 to ${questions.length} requests`;
}

/** Whether a path could be one of the operation's, whatever its parameters must look like. */
function leadsTo({ path }: DocumentedOperation, asked: string): boolean {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(asked);
}
