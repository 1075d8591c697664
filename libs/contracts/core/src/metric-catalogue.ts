import { type ServiceName, serviceNames } from './services.ts';

export interface MetricDefinition<L extends string = string> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: string;
  readonly help: string;
  /** Labels besides `service`, which every series has. Their values are bounded. */
  readonly labels: readonly L[];
  /** Services that expose it. */
  readonly services: readonly ServiceName[];
}

export interface HistogramDefinition<L extends string = string> extends MetricDefinition<L> {
  readonly type: 'histogram';
  /** Upper bounds of the buckets, in the metric's unit. */
  readonly bounds: readonly number[];
}

export interface MetricSample<L extends string = string> {
  readonly labels: Readonly<Partial<Record<L, string>>>;
  readonly value: number;
}

/** Gauges whose samples are read on each scrape. */
export interface ObservedMetrics {
  /**
   * Adds samples to a gauge. A read that rejects, or takes longer than 2 s, yields no samples in that scrape. Reads of the same
   * gauge return different labels.
   */
  observe<L extends string>(
    definition: MetricDefinition<L>,
    read: () => Iterable<MetricSample<L>> | Promise<Iterable<MetricSample<L>>>,
  ): void;
}

/** Seconds, doubling from 10 ms to 82 s. */
const modelCallBounds = Array.from({ length: 14 }, (_, index) => 0.01 * 2 ** index);

/** Tokens, powers of 4 up to 67 million. */
const tokenBounds = Array.from({ length: 14 }, (_, index) => 4 ** index);

const counter = <const L extends string>(definition: Omit<MetricDefinition<L>, 'type'>) => ({
  ...definition,
  type: 'counter' as const,
});
const gauge = <const L extends string>(definition: Omit<MetricDefinition<L>, 'type'>) => ({
  ...definition,
  type: 'gauge' as const,
});
const histogram = <const L extends string>(definition: Omit<HistogramDefinition<L>, 'type'>) => ({
  ...definition,
  type: 'histogram' as const,
});

const modelCallLabels = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const;
const ownersOfFacts = ['gateway', 'llm-router', 'canvas', 'prompt-registry'] as const;
const usersOfRedis = serviceNames.filter((service) => service !== 'job-worker');

/**
 * Every metric of the platform. Code creates metrics from these definitions only. docs/metrics.md is generated from this
 * table, and tests hold alerts, dashboards and a live scrape of all services against it.
 */
export const metricCatalogue = {
  buildInfo: gauge({
    name: 'build_info',
    unit: 'constant 1',
    help: 'Version of the running build, in its label. The value is always 1.',
    labels: ['version'],
    services: serviceNames,
  }),
  requestDuration: histogram({
    name: 'http_server_request_duration_seconds',
    unit: 'seconds',
    help: 'Time from the first byte of a request to the last byte of its response.',
    labels: ['operation', 'status'],
    // Fine buckets for the platform's overhead, coarse ones for calls that wait for a model.
    bounds: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90],
    services: serviceNames,
  }),

  postgresUp: gauge({
    name: 'postgres_up',
    unit: '0 or 1',
    help: 'Whether PostgreSQL answers this replica within 1.5 s.',
    labels: [],
    services: serviceNames,
  }),
  postgresConnections: gauge({
    name: 'postgres_pool_connections',
    unit: 'connections',
    help: 'Open connections of the pool, by state: in_use or idle.',
    labels: ['state'],
    services: serviceNames,
  }),
  postgresMaxConnections: gauge({
    name: 'postgres_pool_max_connections',
    unit: 'connections',
    help: 'Maximum size of the pool (DATABASE_POOL_SIZE).',
    labels: [],
    services: serviceNames,
  }),
  postgresWaiting: gauge({
    name: 'postgres_pool_waiting_requests',
    unit: 'requests',
    help: 'Requests that wait for a connection of the pool.',
    labels: [],
    services: serviceNames,
  }),
  redisUp: gauge({
    name: 'redis_up',
    unit: '0 or 1',
    help: 'Whether this replica is connected to the Redis of REDIS_URL, and to that of REDIS_CACHE_URL.',
    labels: ['server'],
    services: usersOfRedis,
  }),

  journalWaiting: gauge({
    name: 'journal_waiting_facts',
    unit: 'facts',
    help: 'Facts in the journal that PostgreSQL does not have yet.',
    labels: ['fact'],
    services: ownersOfFacts,
  }),
  journalOldest: gauge({
    name: 'journal_oldest_waiting_seconds',
    unit: 'seconds',
    help: 'Age of the oldest fact in the journal, 0 if none waits.',
    labels: ['fact'],
    services: ownersOfFacts,
  }),
  journalDead: gauge({
    name: 'journal_dead_facts',
    unit: 'facts',
    help: 'Facts that PostgreSQL refused and that an operator must inspect.',
    labels: ['fact'],
    services: ownersOfFacts,
  }),

  canaryDecisions: counter({
    name: 'prompt_canary_decisions_total',
    unit: 'decisions',
    help: 'Decisions on canaries of prompts without a person: running (a step further), finished, rolledBack or aborted.',
    labels: ['status'],
    services: ['prompt-registry'],
  }),

  queueJobs: gauge({
    name: 'queue_jobs',
    unit: 'jobs',
    help: 'Unfinished jobs by kind and state: waiting, active or delayed.',
    labels: ['job', 'state'],
    services: ['job-worker'],
  }),
  queueOldest: gauge({
    name: 'queue_oldest_waiting_seconds',
    unit: 'seconds',
    help: 'Age of the oldest waiting job, 0 if none waits.',
    labels: ['job'],
    services: ['job-worker'],
  }),
  queueAttempts: counter({
    name: 'queue_attempts_total',
    unit: 'attempts',
    help: 'Attempts at jobs, by outcome.',
    labels: ['job', 'outcome'],
    services: ['job-worker'],
  }),
  queueAttemptDuration: histogram({
    name: 'queue_attempt_duration_seconds',
    unit: 'seconds',
    help: 'Duration of attempts at jobs.',
    labels: ['job', 'outcome'],
    // From a cached answer to the longest timeout of a job.
    bounds: [0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
    services: ['job-worker'],
  }),
  queueWait: histogram({
    name: 'queue_wait_seconds',
    unit: 'seconds',
    help: 'Time between enqueuing a job and its first attempt.',
    labels: ['job'],
    // From an idle worker to a long backlog.
    bounds: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200],
    services: ['job-worker'],
  }),
  lastBackup: gauge({
    name: 'backup_last_success_timestamp_seconds',
    unit: 'seconds since the epoch',
    help: 'End of the newest successful backup. Absent if there is none.',
    labels: [],
    services: ['job-worker'],
  }),
  notificationDeliveries: gauge({
    name: 'notification_deliveries',
    unit: 'deliveries',
    help: 'Deliveries of notifications to a channel by state: waiting, or failed (given up within 24 hours).',
    labels: ['channel', 'state'],
    services: ['job-worker'],
  }),
  notificationOldest: gauge({
    name: 'notification_oldest_waiting_seconds',
    unit: 'seconds',
    help: 'Age of the oldest notification that a channel has not accepted, 0 if none waits.',
    labels: ['channel'],
    services: ['job-worker'],
  }),

  // Names of OpenTelemetry's conventions for generative AI 1.42, which are still in development.
  modelCallDuration: histogram({
    name: 'gen_ai_client_operation_duration_seconds',
    unit: 'seconds',
    help: 'Time from the request to a provider to the end of its answer. `error_type` is set on failures only.',
    labels: [...modelCallLabels, 'error_type'],
    bounds: modelCallBounds,
    services: ['llm-router'],
  }),
  firstChunk: histogram({
    name: 'gen_ai_client_operation_time_to_first_chunk_seconds',
    unit: 'seconds',
    help: 'Time from the request to a provider to the first chunk of its stream.',
    labels: modelCallLabels,
    bounds: modelCallBounds,
    services: ['llm-router'],
  }),
  tokenUsage: histogram({
    name: 'gen_ai_client_token_usage',
    unit: 'tokens',
    help: 'Tokens per model call, including cached and reasoning tokens.',
    labels: [...modelCallLabels, 'gen_ai_token_type'],
    bounds: tokenBounds,
    services: ['llm-router'],
  }),
  cost: counter({
    name: 'llm_router_cost_dollars_total',
    unit: 'US dollars',
    help: 'Cost of provider calls.',
    labels: ['provider', 'model'],
    services: ['llm-router'],
  }),
  routerOverhead: histogram({
    name: 'llm_router_overhead_seconds',
    unit: 'seconds',
    help: 'Request duration without the time spent waiting for providers.',
    labels: [],
    bounds: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    services: ['llm-router'],
  }),
  cacheRequests: counter({
    name: 'llm_router_cache_requests_total',
    unit: 'requests',
    help: 'Requests by cache outcome: hit, miss, bypass, replay or followed (an identical request in flight).',
    labels: ['outcome'],
    services: ['llm-router'],
  }),
  breakerState: gauge({
    name: 'llm_router_breaker_state',
    unit: '0, 1 or 2',
    help: 'Circuit breaker of a provider and model: 0 closed, 1 half open, 2 open.',
    labels: ['provider', 'model'],
    services: ['llm-router'],
  }),
  slotsInUse: gauge({
    name: 'llm_router_slots_in_use',
    unit: 'calls',
    help: 'Provider calls in flight.',
    labels: ['provider'],
    services: ['llm-router'],
  }),
  slotsQueued: gauge({
    name: 'llm_router_slots_queued',
    unit: 'calls',
    help: 'Calls waiting for a provider’s concurrency limit.',
    labels: ['provider'],
    services: ['llm-router'],
  }),
  retries: counter({
    name: 'llm_router_retries_total',
    unit: 'retries',
    help: 'Retries of the same provider.',
    labels: ['provider', 'model', 'error_type'],
    services: ['llm-router'],
  }),
  failovers: counter({
    name: 'llm_router_failovers_total',
    unit: 'failovers',
    help: 'Failovers to another provider, by the provider that failed.',
    labels: ['provider', 'model', 'error_type'],
    services: ['llm-router'],
  }),
  refusals: counter({
    name: 'llm_router_refusals_total',
    unit: 'requests',
    help: 'Requests refused by a limit or budget.',
    labels: ['policy'],
    services: ['llm-router'],
  }),
  budgetsNearLimit: gauge({
    name: 'llm_router_budgets_near_limit',
    unit: 'users',
    help: 'Users whose budget of the current day or month has reached a level: warning (80 %) or critical (100 %).',
    labels: ['period', 'level'],
    services: ['llm-router'],
  }),
  journalFallbacks: counter({
    name: 'llm_router_journal_fallbacks_total',
    unit: 'rows',
    help: 'Ledger rows that bypassed the journal because Redis was unavailable.',
    labels: [],
    services: ['llm-router'],
  }),
  lostLeases: counter({
    name: 'llm_router_lost_leases_total',
    unit: 'calls',
    help: 'Calls whose replica crashed, settled at their maximum cost.',
    labels: [],
    services: ['llm-router'],
  }),

  unservedModels: counter({
    name: 'canvas_unserved_models_total',
    unit: 'calls',
    help: 'Calls whose model, chosen by a flag or a prompt, no provider serves.',
    labels: ['source'],
    services: ['canvas'],
  }),
} as const satisfies Readonly<Record<string, MetricDefinition>>;
