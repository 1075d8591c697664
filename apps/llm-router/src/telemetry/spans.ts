import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { toDollars } from '@valuecanvas/money';
import type { CompletionBody } from '../protocol/completion.ts';
import type { Tokens } from '../protocol/tokens.ts';
import type { Provider } from '../providers/provider.ts';
import type { ErrorType } from './error-types.ts';
import { genAi, general, own } from './names.ts';
import { requestAttributes } from './request-attributes.ts';

/** Attributes of an answer; never its content. */
export interface ModelSpanEnd {
  readonly tokens?: Tokens | undefined;
  readonly costNanos?: bigint | undefined;
  readonly finishReasons?: readonly string[] | undefined;
  readonly responseId?: string | undefined;
  readonly responseModel?: string | undefined;
  /** Undefined on success. */
  readonly failure?: ErrorType | undefined;
}

/** The span of one provider call. */
export interface ModelSpan {
  /** False if the span is not recorded, so that attributes for its end need not be collected. */
  readonly recording: boolean;
  /** Runs `work` within the span, as the parent of further spans. */
  within<T>(work: () => T): T;
  /** Records the first chunk of a stream, `seconds` after the request. */
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
 * Starts a call's span below the request's. If the request is not recorded, all such calls share one no-op span without any
 * allocation. `model` is the provider's name.
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

/** Records a retry of the same provider. */
export function recordRetry(provider: string, reason: ErrorType): void {
  recordEvent(own.event.retry, provider, reason);
}

/** Records a failover from the named provider. */
export function recordFailover(provider: string, reason: ErrorType): void {
  recordEvent(own.event.failover, provider, reason);
}

function recordEvent(event: string, provider: string, reason: ErrorType): void {
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

/** Omits undefined attributes. */
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
