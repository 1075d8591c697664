import { toDollars } from '@valuecanvas/money';
import { createCounter, createHistogram, type Distribution, type Metrics } from '@valuecanvas/service-kit';
import type { Tokens } from '../protocol/tokens.ts';
import type { ErrorType } from './error-types.ts';
import { genAi, general, own } from './names.ts';

/** Metrics of provider calls. */
export interface CallMeters {
  /** Records the end of a call; `failure` is undefined on success. */
  callEnded(provider: string, model: string, seconds: number, failure: ErrorType | undefined): void;
  /** Records a call's usage and cost. */
  used(provider: string, model: string, tokens: Tokens, costNanos: bigint): void;
  /** Records the seconds from the request to the first chunk of a stream. */
  firstChunk(provider: string, model: string, seconds: number): void;
}

/** Creates the metrics. `boundModel` maps models without their own series to a shared label. */
export function createCallMeters(
  { registry }: Pick<Metrics, 'registry'>,
  boundModel: (model: string) => string,
): CallMeters {
  const { metric } = genAi;
  const tokenUsage = createHistogram(registry, {
    ...metric.tokenUsage,
    help: 'Tokens per model call, including cached and reasoning tokens.',
  });
  const duration = createHistogram(registry, {
    ...metric.operationDuration,
    help: 'Seconds from the request to a provider to the end of its answer.',
  });
  const timeToFirstChunk = createHistogram(registry, {
    ...metric.timeToFirstChunk,
    help: 'Seconds from the request to a provider to the first chunk of its stream.',
  });
  const cost = createCounter(registry, {
    name: own.metric.cost,
    help: 'Cost of provider calls in US dollars.',
  });

  const build = (provider: string, model: string) => {
    const { label, operation, tokenType } = genAi;
    const labels = {
      [label.operationName]: operation.chat,
      [label.providerName]: provider,
      [label.requestModel]: model,
    };
    return {
      input: tokenUsage({ ...labels, [label.tokenType]: tokenType.input }),
      output: tokenUsage({ ...labels, [label.tokenType]: tokenType.output }),
      cost: cost({ [own.label.provider]: provider, [own.label.model]: model }),
      firstChunk: once(() => timeToFirstChunk(labels)),
      duration: keyed((failure: ErrorType | undefined): Distribution => {
        return duration(failure === undefined ? labels : { ...labels, [general.label.errorType]: failure });
      }),
    };
  };
  const byProvider = keyed((provider: string) => keyed((model: string) => build(provider, model)));
  const seriesOf = (provider: string, model: string) => byProvider(provider)(boundModel(model));

  return {
    callEnded(provider, model, seconds, failure) {
      seriesOf(provider, model).duration(failure).observe(seconds);
    },
    used(provider, model, tokens, costNanos) {
      const series = seriesOf(provider, model);
      series.input.observe(tokens.prompt);
      series.output.observe(tokens.completion);
      series.cost.add(toDollars(costNanos));
    },
    firstChunk(provider, model, seconds) {
      seriesOf(provider, model).firstChunk().observe(seconds);
    },
  };
}

/** Creates the value of each key once and caches it: the number of keys must be bounded. */
function keyed<K, V>(make: (key: K) => V): (key: K) => V {
  const kept = new Map<K, V>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    kept.set(key, made);
    return made;
  };
}

function once<V>(make: () => V): () => V {
  const kept = keyed(make);
  return () => kept(undefined);
}
