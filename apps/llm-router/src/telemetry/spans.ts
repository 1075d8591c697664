import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { toDollars } from '@valuecanvas/money';
import type { CompletionBody } from '../providers/chat-completion.ts';
import type { Provider } from '../providers/provider.ts';
import type { Tokens } from '../providers/tokens.ts';
import type { ErrorType } from './error-types.ts';
import { genAi, general, own } from './names.ts';
import { requestAttributes } from './request-attributes.ts';

/** What is told of an answer; never its content. */
export interface ModelSpanEnd {
  readonly tokens?: Tokens | undefined;
  readonly costNanos?: bigint | undefined;
  readonly finishReasons?: readonly string[] | undefined;
  readonly responseId?: string | undefined;
  readonly responseModel?: string | undefined;
  /** Undefined where the call succeeded. */
  readonly failure?: ErrorType | undefined;
}

/** The span of one call of a provider. */
export interface ModelSpan {
  /** False where nothing is recorded: then there is no need to gather anything for its end. */
  readonly recording: boolean;
  /** Runs `work` within the span, so that the spans of its requests lie under it. */
  within<T>(work: () => T): T;
  /** The first chunk of a stream has come; `seconds` since the request. */
  firstChunk(seconds: number): void;
  end(outcome: ModelSpanEnd): void;
}

const unrecorded: ModelSpan = {
  recording: false,
  within: (work) => work(),
  firstChunk: () => undefined,
  end: () => undefined,
};

/**
 * Starts the span of a call, under that of the request. Where that one is not recorded, nothing is: all such calls share
 * one span, and nothing is allocated. `model` is what the provider calls it.
 */
export function startModelSpan(provider: Provider, model: string, body: CompletionBody): ModelSpan {
  const request = trace.getActiveSpan();
  if (!request?.isRecording()) return unrecorded;
  const tracer = trace.getTracerProvider().getTracer(own.tracer, undefined, { schemaUrl: genAi.schemaUrl });
  const span = tracer.startSpan(`${genAi.operation.chat} ${model}`, {
    kind: SpanKind.CLIENT,
    attributes: requestAttributes(provider, model, body),
  });
  return modelSpan(span, request, provider.id);
}

/** The same provider will be asked again. */
export function noteRetry(provider: string, reason: ErrorType): void {
  note(own.event.retry, provider, reason);
}

/** Another provider will be asked than the one that is named. */
export function noteFailover(provider: string, reason: ErrorType): void {
  note(own.event.failover, provider, reason);
}

function note(event: string, provider: string, reason: ErrorType): void {
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return;
  span.addEvent(event, { [genAi.attribute.providerName]: provider, [general.attribute.errorType]: reason });
}

function modelSpan(span: Span, request: Span, provider: string): ModelSpan {
  const { attribute } = genAi;
  return {
    recording: true,
    within: (work) => context.with(trace.setSpan(context.active(), span), work),
    firstChunk(seconds) {
      span.setAttribute(attribute.responseTimeToFirstChunk, seconds);
      request.addEvent(own.event.firstChunk, { [attribute.providerName]: provider });
    },
    end(outcome) {
      span.setAttributes(endAttributes(outcome));
      if (outcome.failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Attributes whose value is undefined are left out. */
function endAttributes({
  tokens,
  costNanos,
  finishReasons,
  responseId,
  responseModel,
  failure,
}: ModelSpanEnd): Attributes {
  const { attribute } = genAi;
  return {
    [attribute.responseId]: responseId,
    [attribute.responseModel]: responseModel,
    [attribute.responseFinishReasons]: finishReasons && [...finishReasons],
    [attribute.usageInputTokens]: tokens?.prompt,
    [attribute.usageOutputTokens]: tokens?.completion,
    [attribute.usageCacheReadInputTokens]: tokens?.cached,
    [attribute.usageCacheCreationInputTokens]: tokens?.cacheWrite,
    [attribute.usageReasoningOutputTokens]: tokens?.reasoning,
    [own.attribute.usageEstimated]: tokens?.estimated,
    [own.attribute.costDollars]: costNanos === undefined ? undefined : toDollars(costNanos),
    [general.attribute.errorType]: failure,
  };
}
