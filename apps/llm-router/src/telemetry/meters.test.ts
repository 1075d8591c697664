import { createMetrics } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { createMeters, type Meters } from './meters.ts';

const tokens = {
  prompt: 100,
  completion: 20,
  cached: 64,
  cacheWrite: 0,
  reasoning: 5,
  promptSound: 0,
  completionSound: 0,
  estimated: false,
};

/** Returns the nonzero series that an action leaves behind. */
async function seriesOf(use: (meters: Meters) => void): Promise<string[]> {
  const metrics = createMetrics('llm-router', 'test');
  use(createMeters(metrics, ['big', 'small']));
  return (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => !line.startsWith('#') && !line.endsWith(' 0'))
    .map((line) => line.replace(/,?service="llm-router",?/, '').replace('{}', ''));
}

const chat = 'gen_ai_operation_name="chat",gen_ai_provider_name="a",gen_ai_request_model="big"';

test('a provider call records duration, tokens and cost under the conventions’ names', async () => {
  const series = await seriesOf((meters) => {
    meters.callEnded('a', 'big', 0.03, undefined);
    meters.firstChunk('a', 'big', 0.015);
    meters.used('a', 'big', tokens, 1_500_000n);
  });
  expect(series).toEqual(
    expect.arrayContaining([
      `gen_ai_client_operation_duration_seconds_bucket{${chat},le="0.04"} 1`,
      `gen_ai_client_operation_duration_seconds_count{${chat}} 1`,
      `gen_ai_client_operation_time_to_first_chunk_seconds_sum{${chat}} 0.015`,
      `gen_ai_client_token_usage_bucket{${chat},gen_ai_token_type="input",le="256"} 1`,
      `gen_ai_client_token_usage_sum{${chat},gen_ai_token_type="input"} 100`,
      `gen_ai_client_token_usage_sum{${chat},gen_ai_token_type="output"} 20`,
      'llm_router_cost_dollars_total{provider="a",model="big"} 0.0015',
    ]),
  );
});

test('a failed call is labelled with its error type', async () => {
  const series = await seriesOf((meters) => {
    meters.callEnded('a', 'big', 1, 'provider_timeout');
    meters.callEnded('a', 'big', 1, 'provider_timeout');
    meters.callEnded('a', 'big', 1, undefined);
  });
  const counts = series.filter((line) => line.includes('duration_seconds_count'));
  expect(counts).toEqual([
    `gen_ai_client_operation_duration_seconds_count{${chat},error_type="provider_timeout"} 2`,
    `gen_ai_client_operation_duration_seconds_count{${chat}} 1`,
  ]);
});

test('models that are not offered share one series', async () => {
  const series = await seriesOf((meters) => {
    for (let index = 0; index < 100; index += 1) {
      meters.callEnded('a', `strange-${index}`, 1, undefined);
      meters.used('a', `strange-${index}`, tokens, 0n);
      meters.firstChunk('a', `strange-${index}`, 1);
      meters.retried('a', `strange-${index}`, 'provider_timeout');
      meters.failedOver('a', `strange-${index}`, 'provider_timeout');
    }
  });
  expect(series.join()).not.toContain('strange');
  expect(series).toContain(
    'llm_router_retries_total{provider="a",model="other",error_type="provider_timeout"} 100',
  );
  expect(series).toContain(
    'llm_router_failovers_total{provider="a",model="other",error_type="provider_timeout"} 100',
  );
  expect(series.filter((line) => line.includes('duration_seconds_count'))).toEqual([
    expect.stringMatching(/gen_ai_request_model="other"\} 100$/),
  ]);
});

test('the overhead has its own histogram with sub-millisecond buckets', async () => {
  const series = await seriesOf((meters) => meters.overhead(0.0002));
  expect(series).toContain('llm_router_overhead_seconds_bucket{le="0.00025"} 1');
  expect(series.filter((line) => line.includes('le="0.0001"'))).toEqual([]);
});

test('refusals are counted by limit or budget', async () => {
  const series = await seriesOf((meters) => {
    meters.refusedByLimit({ name: 'requestsPerHour' });
    meters.refusedByBudget({ scope: 'user', period: 'day' });
    meters.refusedByBudget({ scope: 'user', period: 'month' });
    meters.refusedByBudget({ scope: 'platform', period: 'day' });
  });
  for (const policy of ['requestsPerHour', 'budget_day', 'budget_month', 'budget_platform'])
    expect(series).toContain(`llm_router_refusals_total{policy="${policy}"} 1`);
});

test('cache outcomes, rows that bypass the journal, and lost calls are counted', async () => {
  const series = await seriesOf((meters) => {
    for (const outcome of ['hit', 'hit', 'miss', 'bypass', 'replay', 'followed'] as const)
      meters.cache(outcome);
    meters.journalFallback();
    meters.leasesLost(1);
  });
  expect(series).toEqual(
    expect.arrayContaining([
      'llm_router_cache_requests_total{outcome="hit"} 2',
      'llm_router_cache_requests_total{outcome="followed"} 1',
      'llm_router_journal_fallbacks_total 1',
      'llm_router_lost_leases_total 1',
    ]),
  );
});

test('breakers and semaphores are read on scrape, with the worst state of models that share a series', async () => {
  const series = await seriesOf((meters) => {
    meters.observeBreakers(() => [
      { provider: 'a', model: 'big', state: 'half-open' },
      { provider: 'a', model: 'strange', state: 'open' },
      { provider: 'a', model: 'stranger', state: 'closed' },
    ]);
    meters.observeSemaphores(() => [{ provider: 'a', inUse: 3, queued: 2 }]);
  });
  expect(series).toEqual(
    expect.arrayContaining([
      'llm_router_breaker_state{provider="a",model="big"} 1',
      'llm_router_breaker_state{provider="a",model="other"} 2',
      'llm_router_slots_in_use{provider="a"} 3',
      'llm_router_slots_queued{provider="a"} 2',
    ]),
  );
  expect(series.filter((line) => line.includes('breaker_state'))).toHaveLength(2);
});
