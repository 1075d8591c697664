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

/** Seed of all generated values. */
const seed = 20_260_101;

/** Valid requests per operation: fewer if a request may cost money or counts as a password guess. */
const usualRuns = 20;
const spendingRuns = 12;
const credentialRuns = 8;

/** Invalid requests per rule, so that a refusal for another reason is unlikely to hide a fault. */
const runsPerRule = 3;

/** Requests generated from the platform's OpenAPI document: valid ones must work as documented, others must not. */
export async function attackByDocument(attack: Attack): Promise<void> {
  let trial: Trial | undefined;
  await attack.check('the document can be read, and callers can be created', async () => {
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
  const promise = `valid requests are answered as documented (seed ${seed})`;
  const refusal = `invalid requests are refused as documented (seed ${seed})`;
  await check(promise, (found) =>
    askAll(operations, found, (operation, note) => askRightly(trial, operation, note)),
  );
  await check(refusal, (found) =>
    askAll(operations, found, (operation, note) => askWrongly(trial, operation, note)),
  );
  await check('each documented authentication method works', (found) =>
    askAll(inSeveralWays, found, (operation, note) => askInEachWay(trial, operation, note)),
  );
  await check('protected routes refuse anonymous requests as documented', (found) =>
    askAll(guarded, found, (operation, note) => askAnonymously(trial, operation, note)),
  );
  await check('public routes answer bad credentials as documented', (found) =>
    askAll(open, found, (operation, note) => askWithBadToken(trial, operation, note)),
  );
  await check('undocumented methods are refused', (found) => askOtherMethods(trial, found));
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
    const answer = await attack.target.send({ ...question, token, acceptLimit: true });
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
      const answer = await attack.target.send({ ...question, token, acceptLimit: true });
      note(question, answer, [...faultsOf(operation, answer), ...acceptanceFaults(answer)], rule);
    }
  }
  return broken.length * numRuns;
}

async function askAnonymously(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  for (const question of oneRequestTo(trial, operation)) {
    const answer = await trial.attack.target.send(question);
    const letIn = answer.status === 401 ? [] : [`answers ${answer.status} to an anonymous request`];
    note(question, answer, [...letIn, ...faultsOf(operation, answer)]);
  }
  return 1;
}

async function askWithBadToken(trial: Trial, operation: DocumentedOperation, note: Note): Promise<number> {
  for (const question of oneRequestTo(trial, operation)) {
    const answer = await trial.attack.target.send({ ...question, token: 'garbage', acceptLimit: true });
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

/** Returns true if a path matches the operation's path, whatever its parameters must look like. */
function leadsTo({ path }: DocumentedOperation, asked: string): boolean {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(asked);
}
