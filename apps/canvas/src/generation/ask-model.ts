import {
  AppError,
  type DownstreamKeys,
  type ErrorCode,
  publicHeaders,
  type UserCall,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import { modelFlagKey } from '@valuecanvas/contracts-feature-flags';
import type { ChatRequest, ChatResult, llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { PromptExecution, promptExecution } from '@valuecanvas/contracts-prompt-registry';
import { type Flags, userContext } from '@valuecanvas/flags-sdk';
import type { Client } from '@valuecanvas/http-client';
import type { Journal } from '@valuecanvas/journal';
import { toDollars } from '@valuecanvas/money';
import {
  createPromptRenderer,
  type Prompts,
  type RenderedVersion,
  type ResolvedPrompt,
} from '@valuecanvas/prompts-sdk';
import type { TSchema } from 'typebox';
import type { TextListener } from './block-reader.ts';
import { startExecution } from './execution.ts';
import type { ModelAnswer } from './parse-answer.ts';
import { leakDetector, type RepeatsPrompt, withoutPrompt } from './prompt-leak.ts';
import { tokenLimit } from './token-limit.ts';

export interface Question<T> {
  readonly promptKey: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Model from the request. By default, a flag, the prompt or the router's default decides. */
  readonly model: string | undefined;
  readonly schema: AnswerSchema;
  /** Appended to the prompt of the first call, whichever version of the prompt is active. */
  readonly instruction?: string | undefined;
  /**
   * Parses the answer. Throws LLM_BAD_RESPONSE if it is not usable. A result that repeats the prompt is refused afterwards, so
   * only text that leaves the service earlier needs `repeatsPrompt`.
   */
  readonly parse: (answer: ModelAnswer, repeatsPrompt: RepeatsPrompt) => T | Unfinished<T>;
  /** If present, answers are streamed. Creates the listener for the text of one answer. */
  readonly createListener?: ((repeatsPrompt: RepeatsPrompt) => TextListener) | undefined;
}

export interface AnswerSchema {
  readonly name: string;
  readonly schema: TSchema;
}

/** An incomplete answer, with a follow-up question for the missing part. The question is asked once. */
export class Unfinished<T> {
  readonly followUp: FollowUp<T>;

  constructor(followUp: FollowUp<T>) {
    this.followUp = followUp;
  }
}

export interface FollowUp<T> {
  /** Appended to the prompt. */
  readonly instruction: string;
  readonly schema: AnswerSchema;
  /** Parses the second answer and joins it with the first. Throws LLM_BAD_RESPONSE if something is still missing. */
  readonly parse: (answer: ModelAnswer, repeatsPrompt: RepeatsPrompt) => T;
}

/** Fields of every result that came from a prompt: version, execution, model, tokens and cost. */
type Facts = Pick<
  ChatResult,
  'provider' | 'model' | 'usage' | 'cost' | 'costNanos' | 'latency' | 'cached'
> & {
  readonly promptVersion: number;
  readonly executionId: string;
};

export interface Answer<T> {
  readonly value: T;
  readonly facts: Facts;
}

export interface ModelDependencies {
  readonly prompts: Pick<Prompts, 'resolve'>;
  readonly flags: Flags;
  readonly router: Pick<Client<typeof llmRouterContract>, 'call' | 'stream'>;
  readonly executions: Journal<typeof promptExecution>;
  readonly onLostExecution: (error: unknown) => void;
  /** Called when no provider serves a model that an operator chose. The next choice is used instead. */
  readonly onUnservedModel: (choice: ModelChoice) => void;
}

/** A model, and where it was chosen. Without a model, the router uses its default. */
export interface ModelChoice {
  readonly source: 'request' | 'flag' | 'prompt' | 'default';
  readonly model: string | undefined;
}

/**
 * A user's call. If the client repeats it with the same idempotency key, the router replays its stored answer. Its
 * `cache-control` is forwarded to the router.
 */
export type ModelCall = UserCall & DownstreamKeys & { header(name: string): string | undefined };

/**
 * Asks a model with a prompt of the registry, and records the execution of that prompt version. If the answer is
 * incomplete, asks once for the rest. The result then has the cost of both calls. Throws INTERNAL_ERROR for a prompt that
 * cannot be rendered and for a refusal that the user cannot have caused, so that operators are alerted.
 */
export type AskModel = <T>(call: ModelCall, question: Question<T>) => Promise<Answer<T>>;

export function createAskModel(dependencies: ModelDependencies): AskModel {
  const { prompts, flags, router, executions, onLostExecution, onUnservedModel } = dependencies;
  const renderVersion = createPromptRenderer();

  /** Logs a failure to record an execution. A gap in the statistics must not fail the request. */
  const record = async (execution: PromptExecution): Promise<void> => {
    try {
      // Executions accumulate while the registry is unavailable. Beyond the bound they are dropped, to protect Redis.
      await executions.assertRoom();
      await executions.record(execution);
    } catch (error) {
      onLostExecution(error);
    }
  };

  /** Calls the router with an idempotency key, so that repeating the request after a crash does not pay twice. */
  const callRouter = async (call: ModelCall, request: RouterRequest): Promise<ChatResult> => {
    const { caching, listener } = request;
    const model = request.choices[0]?.model;
    const body = { ...request.body, ...(model === undefined ? {} : { model }) };
    const key = call.downstreamKey(JSON.stringify(body));
    const headers = {
      ...(key === undefined ? {} : { [publicHeaders.idempotencyKey]: key }),
      ...(caching === undefined ? {} : { 'cache-control': caching }),
    };
    if (!listener) return router.call.chat({ body, headers }, call);
    for await (const event of await router.stream.chat({ body: { ...body, stream: true }, headers }, call)) {
      if (event.name === 'done') return event.data;
      listener(event.data.content);
    }
    throw new Error('The stream of the router ended without a result.');
  };

  /** Calls the router with the first choice of a model that a provider serves. The others are removed from the choices. */
  const askRouter = async (call: ModelCall, request: RouterRequest): Promise<ChatResult> => {
    for (;;) {
      try {
        return await callRouter(call, request);
      } catch (error) {
        const [unserved] = request.choices;
        const isUnserved = error instanceof AppError && error.code === 'MODEL_NOT_FOUND';
        if (!isUnserved || !unserved || request.choices.length === 1) throw error;
        request.choices.shift();
        onUnservedModel(unserved);
      }
    }
  };

  /**
   * Makes one call of the router, which is one execution of the prompt. If the router's cache has an answer that cannot be
   * used, a second call replaces it.
   */
  async function askOnce<A>(
    call: ModelCall,
    prompt: RenderedVersion,
    { body, choices }: Pick<RouterRequest, 'body' | 'choices'>,
    { parse, createListener }: Reading<A>,
    caching = call.header('cache-control'),
  ): Promise<Answer<A>> {
    const execution = startExecution(call, prompt);
    let chat: ChatResult | undefined;
    try {
      chat = await askRouter(call, { body, choices, caching, listener: createListener?.() });
      const value = parse(chat);
      const incomplete = value instanceof Unfinished ? new AppError('LLM_BAD_RESPONSE') : undefined;
      await record(execution.ended(chat, incomplete));
      return { value, facts: { ...factsOf(chat), promptVersion: prompt.version, executionId: execution.id } };
    } catch (error) {
      // A repetition of the request must get a new answer from the model.
      if (chat) call.discardDownstreamAnswers();
      await record(execution.ended(chat, error));
      if (chat?.cached && caching !== 'no-cache')
        return askOnce(call, prompt, { body, choices }, { parse, createListener }, 'no-cache');
      throw error;
    }
  }

  /** Renders a version with the variables that it declares: a prompt need not use all of them. */
  const render = (version: ResolvedPrompt, { variables }: Pick<Question<unknown>, 'variables'>) => {
    const declared = version.variables.map(({ name }) => name);
    const entries = Object.entries(variables).filter(([name]) => declared.includes(name));
    return renderVersion(version, Object.fromEntries(entries));
  };

  async function ask<T>(call: ModelCall, question: Question<T>): Promise<Answer<T>> {
    // An experiment or canary keeps the version of each user.
    const version = prompts.resolve(question.promptKey, { unit: call.principal.userId });
    const prompt = render(version, question);
    const settings = settingsOf(question, prompt);
    const choices = modelChoices(flags, call, question, prompt);
    const body = { ...settings, ...textAndFormat(prompt, question, question.instruction) };
    const repeatsPrompt = leakDetector(version.template, question.variables);
    const { createListener } = question;
    const reading = <A>(parse: (answer: ModelAnswer, repeats: RepeatsPrompt) => A): Reading<A> => ({
      createListener: createListener && (() => createListener(repeatsPrompt)),
      parse(answer) {
        const value = parse(answer, repeatsPrompt);
        return value instanceof Unfinished ? value : withoutPrompt(value, repeatsPrompt);
      },
    });
    const first = await askOnce(call, prompt, { body, choices }, reading(question.parse));
    if (!(first.value instanceof Unfinished)) return { value: first.value, facts: first.facts };
    const { followUp } = first.value;
    const rest = { ...settings, ...textAndFormat(prompt, followUp, followUp.instruction) };
    const second = await askOnce(call, prompt, { body: rest, choices }, reading(followUp.parse));
    return { value: second.value, facts: sumOf(first.facts, second.facts) };
  }

  return (call, question) =>
    ask(call, question).catch((error: unknown) => {
      throw isOfUser(error, question) || isUnanswered(error, call) ? error : innerFault(error);
    });
}

/** Client errors that pass from the router to the user: they depend on the user, not on what canvas sent. */
const usersErrors: readonly ErrorCode[] = [
  'BUDGET_EXCEEDED',
  'RATE_LIMITED',
  'PROVIDER_RATE_LIMITED',
  'FORBIDDEN',
  'IDEMPOTENCY_IN_FLIGHT',
];

/**
 * Returns true for an error that may be passed to the user. Canvas itself builds the request to the router, so a refusal of
 * this request is the user's only if it concerns the content of the text, or the model that the user chose.
 */
function isOfUser(error: unknown, { model }: Pick<Question<unknown>, 'model'>): boolean {
  if (!(error instanceof AppError) || error.status >= 500 || usersErrors.includes(error.code)) return true;
  const isOfRequest = error.code === 'VALIDATION_FAILED' || error.code === 'MODEL_NOT_FOUND';
  return isOfRequest && (model !== undefined || error.extra.refused === 'content');
}

/** Returns true for the router's reply to a call for stored answers only that it has not answered before. */
function isUnanswered(error: unknown, { storedAnswerOnly = false }: UserCall): boolean {
  return storedAnswerOnly && error instanceof AppError && error.code === 'NOT_FOUND';
}

function innerFault(cause: unknown): AppError {
  const code = cause instanceof AppError ? ` with ${cause.code}` : '';
  const internal = `prompt, flag or router refused the request that canvas built${code}`;
  return new AppError('INTERNAL_ERROR', { internal, cause });
}

interface RouterRequest {
  readonly body: Omit<ChatRequest, 'model'>;
  /** Models in order of preference. At least one. */
  readonly choices: ModelChoice[];
  readonly caching: string | undefined;
  readonly listener: TextListener | undefined;
}

/** How one answer is read: as a whole, and while it is written. */
interface Reading<A> {
  readonly parse: (answer: ModelAnswer) => A;
  readonly createListener: (() => TextListener) | undefined;
}

/** A user's own choice has no alternative. An operator's choice that no provider serves is replaced by the next one. */
function modelChoices(
  flags: Flags,
  call: UserCall,
  { model }: Pick<Question<unknown>, 'model'>,
  prompt: RenderedVersion,
): ModelChoice[] {
  if (model !== undefined) return [{ source: 'request', model }];
  const chosen: ModelChoice[] = [
    { source: 'flag', model: modelFromFlag(flags, call.principal) },
    { source: 'prompt', model: prompt.metadata.model },
  ];
  return [...chosen.filter((choice) => choice.model !== undefined), { source: 'default', model: undefined }];
}

function settingsOf(question: Pick<Question<unknown>, 'variables'>, prompt: RenderedVersion) {
  const { temperature, maxTokens } = prompt.metadata;
  return {
    promptVersionId: prompt.versionId,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined
      ? {}
      : { maxTokens: tokenLimit(maxTokens, Object.values(question.variables).join('\n')) }),
  };
}

/** Returns the model in the user's variant of the flag, if the variant names one. */
function modelFromFlag(flags: Flags, user: UserPrincipal): string | undefined {
  const evaluation = flags.evaluate(modelFlagKey, userContext(user));
  if (!evaluation?.enabled) return undefined;
  const { model } = (evaluation.value ?? {}) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}

function textAndFormat(
  { content }: RenderedVersion,
  { schema: { name, schema } }: { readonly schema: AnswerSchema },
  instruction?: string,
) {
  return {
    prompt: instruction === undefined ? content : `${content}\n\n${instruction}`,
    responseFormat: {
      type: 'json_schema' as const,
      json_schema: { name, schema: { ...schema }, strict: true },
    },
  };
}

/** Adds up the usage and cost of two calls. The result refers to the second execution. */
function sumOf(first: Facts, second: Facts): Facts {
  const total = (key: keyof Facts['usage']) => first.usage[key] + second.usage[key];
  const costNanos = first.costNanos + second.costNanos;
  return {
    ...second,
    usage: {
      promptTokens: total('promptTokens'),
      completionTokens: total('completionTokens'),
      totalTokens: total('totalTokens'),
      cachedTokens: total('cachedTokens'),
    },
    costNanos,
    cost: toDollars(BigInt(costNanos)),
    latency: first.latency + second.latency,
    cached: first.cached && second.cached,
  };
}

function factsOf({ provider, model, usage, cost, costNanos, latency, cached }: ChatResult) {
  return { provider, model, usage, cost, costNanos, latency, cached };
}
