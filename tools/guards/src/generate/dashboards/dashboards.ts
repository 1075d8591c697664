import type { GeneratedFile } from '../generated-file.ts';
import { type Dashboard, dashboardFile } from './dashboard.ts';

const rate = '$__rate_interval';

/** A quantile of a histogram by labels. */
const quantile = (q: number, metric: string, by: string, matchers = '') =>
  `histogram_quantile(${q}, sum by (${by === '' ? 'le' : `${by}, le`}) (rate(${metric}_bucket{${matchers}}[${rate}])))`;

const requests = 'http_server_request_duration_seconds';
const modelCalls = 'gen_ai_client_operation_duration_seconds';
const upOrDown = { 0: ['down', 'red'], 1: ['up', 'green'] } as const;

const platform: Dashboard = {
  id: 'platform',
  title: 'Platform',
  panels: [
    {
      title: 'Firing alerts',
      unit: 'none',
      kind: 'table',
      queries: [{ expr: 'sort_desc(sum by (alertname, severity, service) (ALERTS{alertstate="firing"}))' }],
      note: 'Each alert has a page in docs/runbooks.',
    },
    {
      title: 'Replicas that answer',
      unit: 'none',
      kind: 'value',
      queries: [{ expr: 'sum by (service) (up{job="valuecanvas"})', legend: '{{service}}' }],
    },
    {
      title: 'Availability of 30 days',
      unit: 'percentunit',
      kind: 'value',
      queries: [
        {
          expr: '1 - sum(increase(slo:missed{slo="availability"}[30d])) / sum(increase(slo:requests[30d]))',
          legend: 'availability',
        },
      ],
      note: 'Objective: 99.9 %.',
    },
    {
      title: 'Requests of clients',
      unit: 'reqps',
      queries: [{ expr: 'gateway:requests:rate5m', legend: 'requests' }],
    },
    {
      title: 'Errors',
      unit: 'percentunit',
      queries: [{ expr: 'gateway:errors:ratio_rate5m', legend: 'status of 500 or above' }],
      limits: [0.01, 0.05],
    },
    {
      title: 'Latency',
      unit: 's',
      queries: [
        { expr: 'gateway:latency:p95_rate5m', legend: 'p95' },
        { expr: 'gateway:latency:p99_rate5m', legend: 'p99' },
      ],
      limits: [5, 10],
    },
    {
      title: 'Burn rate',
      unit: 'none',
      queries: [
        { expr: 'slo:burn:rate1h', legend: '{{slo}}, 1 hour' },
        { expr: 'slo:burn:rate6h', legend: '{{slo}}, 6 hours' },
      ],
      limits: [3, 14.4],
      note: '1 spends the error budget in exactly 30 days.',
    },
    {
      title: 'Status of responses',
      unit: 'reqps',
      kind: 'stacked',
      queries: [
        {
          expr: `sum by (status) (rate(${requests}_count{service="gateway"}[${rate}]))`,
          legend: '{{status}}',
        },
      ],
    },
    {
      title: 'Requests by route',
      unit: 'reqps',
      kind: 'stacked',
      queries: [
        {
          expr: `topk(10, sum by (operation) (rate(${requests}_count{service="gateway"}[${rate}])))`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'PostgreSQL and Redis',
      unit: 'none',
      kind: 'states',
      states: upOrDown,
      queries: [
        { expr: 'min by (service) (postgres_up)', legend: 'PostgreSQL, {{service}}' },
        { expr: 'min by (service, server) (redis_up)', legend: 'Redis {{server}}, {{service}}' },
      ],
    },
    {
      title: 'Connections in use, of the pool',
      unit: 'percentunit',
      queries: [
        {
          expr: 'max by (service) (postgres_pool_connections{state="in_use"} / on (instance, service) postgres_pool_max_connections)',
          legend: '{{service}}',
        },
      ],
      limits: [0.8, 1],
    },
    {
      title: 'Facts that wait in the journal',
      unit: 'short',
      queries: [{ expr: 'max by (fact) (journal_waiting_facts)', legend: '{{fact}}' }],
    },
    {
      title: 'Age of the oldest waiting fact',
      unit: 's',
      queries: [{ expr: 'max by (fact) (journal_oldest_waiting_seconds)', legend: '{{fact}}' }],
      limits: [60, 300],
    },
    {
      title: 'Dead facts',
      unit: 'short',
      kind: 'value',
      queries: [{ expr: 'max by (fact) (journal_dead_facts)', legend: '{{fact}}' }],
      limits: [1, 1],
    },
    {
      title: 'Age of the newest backup',
      unit: 's',
      kind: 'value',
      queries: [{ expr: 'time() - max(backup_last_success_timestamp_seconds)', legend: 'backup' }],
      limits: [86_400, 90_000],
    },
  ],
};

const llm: Dashboard = {
  id: 'llm',
  title: 'Models',
  panels: [
    {
      title: 'Cost of 24 hours',
      unit: 'currencyUSD',
      kind: 'value',
      queries: [{ expr: 'cost:dollars:increase1d', legend: 'all calls' }],
      limits: [100, 500],
    },
    {
      title: 'Cost per hour',
      unit: 'currencyUSD',
      kind: 'stacked',
      queries: [
        {
          expr: 'sum by (provider, model) (increase(llm_router_cost_dollars_total[1h]))',
          legend: '{{provider}} {{model}}',
        },
      ],
    },
    {
      title: 'Cost per call',
      unit: 'currencyUSD',
      queries: [
        {
          expr: `sum by (model) (rate(llm_router_cost_dollars_total[1h])) / on (model) label_replace(sum by (gen_ai_request_model) (rate(${modelCalls}_count[1h])), "model", "$1", "gen_ai_request_model", "(.*)")`,
          legend: '{{model}}',
        },
      ],
      note: 'Target: below 0.005 dollars.',
      limits: [0.005, 0.05],
    },
    {
      title: 'Calls of providers',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (gen_ai_provider_name) (rate(${modelCalls}_count[${rate}]))`,
          legend: '{{gen_ai_provider_name}}',
        },
      ],
    },
    {
      title: 'Failures by provider',
      unit: 'percentunit',
      queries: [{ expr: 'provider:failures:ratio_rate10m', legend: '{{gen_ai_provider_name}}' }],
      limits: [0.05, 0.1],
    },
    {
      title: 'Failures by kind',
      unit: 'ops',
      kind: 'stacked',
      queries: [
        {
          expr: `sum by (gen_ai_provider_name, error_type) (rate(${modelCalls}_count{error_type!=""}[${rate}]))`,
          legend: '{{gen_ai_provider_name}} {{error_type}}',
        },
      ],
    },
    {
      title: 'Latency of providers',
      unit: 's',
      queries: [
        { expr: quantile(0.5, modelCalls, 'gen_ai_provider_name'), legend: '{{gen_ai_provider_name}} p50' },
        { expr: quantile(0.95, modelCalls, 'gen_ai_provider_name'), legend: '{{gen_ai_provider_name}} p95' },
      ],
      limits: [20, 30],
    },
    {
      title: 'Time to the first chunk of a stream, p95',
      unit: 's',
      queries: [
        {
          expr: quantile(0.95, 'gen_ai_client_operation_time_to_first_chunk_seconds', 'gen_ai_request_model'),
          legend: '{{gen_ai_request_model}}',
        },
      ],
    },
    {
      title: "The router's own time",
      unit: 's',
      queries: [
        { expr: quantile(0.5, 'llm_router_overhead_seconds', ''), legend: 'p50' },
        { expr: quantile(0.99, 'llm_router_overhead_seconds', ''), legend: 'p99' },
      ],
    },
    {
      title: 'Tokens per second',
      unit: 'short',
      kind: 'stacked',
      queries: [
        {
          expr: `sum by (gen_ai_request_model, gen_ai_token_type) (rate(gen_ai_client_token_usage_sum[${rate}]))`,
          legend: '{{gen_ai_request_model}} {{gen_ai_token_type}}',
        },
      ],
    },
    {
      title: 'Requests by cache outcome',
      unit: 'reqps',
      kind: 'stacked',
      queries: [
        { expr: `sum by (outcome) (rate(llm_router_cache_requests_total[${rate}]))`, legend: '{{outcome}}' },
      ],
    },
    {
      title: 'Answers from the cache, over an hour',
      unit: 'percentunit',
      queries: [{ expr: 'cache:hits:ratio_rate1h', legend: 'hits' }],
      note: 'Target: above 30 %. Requests that bypass the cache do not count.',
    },
    {
      title: 'Circuit breakers',
      unit: 'none',
      kind: 'states',
      states: { 0: ['closed', 'green'], 1: ['half open', 'yellow'], 2: ['open', 'red'] },
      queries: [
        { expr: 'max by (provider, model) (llm_router_breaker_state)', legend: '{{provider}} {{model}}' },
      ],
    },
    {
      title: 'Failovers and retries',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (provider) (rate(llm_router_failovers_total[${rate}]))`,
          legend: 'failover from {{provider}}',
        },
        {
          expr: `sum by (provider) (rate(llm_router_retries_total[${rate}]))`,
          legend: 'retry of {{provider}}',
        },
      ],
    },
    {
      title: 'Calls in flight, and waiting',
      unit: 'short',
      queries: [
        { expr: 'sum by (provider) (llm_router_slots_in_use)', legend: '{{provider}} in flight' },
        { expr: 'sum by (provider) (llm_router_slots_queued)', legend: '{{provider}} waiting' },
      ],
    },
    {
      title: 'Refusals by limit and budget',
      unit: 'reqps',
      kind: 'stacked',
      queries: [{ expr: `sum by (policy) (rate(llm_router_refusals_total[${rate}]))`, legend: '{{policy}}' }],
    },
    {
      title: 'Users near their budget',
      unit: 'short',
      queries: [
        { expr: 'max by (period, level) (llm_router_budgets_near_limit)', legend: '{{level}}, {{period}}' },
      ],
    },
    {
      title: 'Lost calls, and rows beside the journal',
      unit: 'short',
      queries: [
        { expr: 'sum(increase(llm_router_lost_leases_total[1h]))', legend: 'lost calls' },
        { expr: 'sum(increase(llm_router_journal_fallbacks_total[1h]))', legend: 'rows beside the journal' },
      ],
    },
  ],
};

const queue: Dashboard = {
  id: 'queue',
  title: 'Queue',
  panels: [
    {
      title: 'Jobs by state',
      unit: 'short',
      kind: 'stacked',
      queries: [{ expr: 'sum by (state) (max by (job, state) (queue_jobs))', legend: '{{state}}' }],
    },
    {
      title: 'Waiting jobs by kind',
      unit: 'short',
      queries: [{ expr: 'max by (job) (queue_jobs{state="waiting"})', legend: '{{job}}' }],
    },
    {
      title: 'Age of the oldest waiting job',
      unit: 's',
      queries: [{ expr: 'max by (job) (queue_oldest_waiting_seconds)', legend: '{{job}}' }],
      limits: [60, 300],
    },
    {
      title: 'Attempts by outcome',
      unit: 'ops',
      kind: 'stacked',
      queries: [{ expr: `sum by (outcome) (rate(queue_attempts_total[${rate}]))`, legend: '{{outcome}}' }],
    },
    {
      title: 'Jobs completed per minute',
      unit: 'short',
      queries: [
        {
          expr: `60 * sum by (job) (rate(queue_attempts_total{outcome="completed"}[${rate}]))`,
          legend: '{{job}}',
        },
      ],
    },
    {
      title: 'Jobs that fail for good',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (job) (increase(queue_attempts_total{outcome="failed"}[30m])) / (sum by (job) (increase(queue_attempts_total{outcome=~"failed|completed"}[30m])) > 0)',
          legend: '{{job}}',
        },
      ],
      limits: [0.05, 0.2],
    },
    {
      title: 'Duration of attempts, p95',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'queue_attempt_duration_seconds', 'job'), legend: '{{job}}' }],
    },
    {
      title: 'Time until the first attempt, p95',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'queue_wait_seconds', 'job'), legend: '{{job}}' }],
    },
    {
      title: 'CPU of the workers',
      unit: 'short',
      queries: [
        {
          expr: `rate(process_cpu_seconds_total{service="job-worker"}[${rate}])`,
          legend: '{{instance}}',
        },
      ],
      note: 'In cores.',
    },
  ],
};

const canvas: Dashboard = {
  id: 'canvas',
  title: 'Canvas',
  panels: [
    {
      title: 'Canvases generated',
      unit: 'ops',
      kind: 'stacked',
      queries: [
        {
          expr: `sum by (status) (rate(${requests}_count{service="canvas",operation="canvas.generate"}[${rate}]))`,
          legend: '{{status}}',
        },
      ],
    },
    {
      title: 'Duration of a generation',
      unit: 's',
      queries: [
        { expr: quantile(0.5, requests, '', 'service="canvas",operation="canvas.generate"'), legend: 'p50' },
        { expr: quantile(0.95, requests, '', 'service="canvas",operation="canvas.generate"'), legend: 'p95' },
      ],
      limits: [5, 10],
    },
    {
      title: 'Failed generations',
      unit: 'percentunit',
      queries: [
        {
          expr: `sum(rate(${requests}_count{service="canvas",operation="canvas.generate",status=~"5.."}[${rate}])) / (sum(rate(${requests}_count{service="canvas",operation="canvas.generate"}[${rate}])) > 0)`,
          legend: 'failed',
        },
      ],
      limits: [0.01, 0.05],
    },
    {
      title: 'Operations that ask a model',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (operation) (rate(${requests}_count{service="canvas",operation=~"canvas[.](generate|refine|check|createVariant)"}[${rate}]))`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Reading, editing and exporting',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (operation) (rate(${requests}_count{service="canvas",operation!~"canvas[.](generate|refine|check|createVariant)"}[${rate}]))`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Duration of other operations, p95',
      unit: 's',
      queries: [
        {
          expr: quantile(
            0.95,
            requests,
            'operation',
            'service="canvas",operation!~"canvas[.](generate|refine|check|createVariant)"',
          ),
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Edits that collide',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (operation) (rate(${requests}_count{service="canvas",status=~"409|412"}[${rate}]))`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Models that no provider serves',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (source) (increase(canvas_unserved_models_total[1h]))',
          legend: 'chosen by a {{source}}',
        },
      ],
      limits: [1, 1],
    },
    {
      title: 'Paid canvases that wait for PostgreSQL',
      unit: 'short',
      queries: [{ expr: 'max by (fact) (journal_waiting_facts{service="canvas"})', legend: '{{fact}}' }],
    },
  ],
};

const chosen = 'service=~"$service"';

const services: Dashboard = {
  id: 'services',
  title: 'Services',
  perService: true,
  panels: [
    {
      title: 'Requests by operation',
      unit: 'reqps',
      kind: 'stacked',
      queries: [
        {
          expr: `topk(12, sum by (service, operation) (rate(${requests}_count{${chosen}}[${rate}])))`,
          legend: '{{service}} {{operation}}',
        },
      ],
    },
    {
      title: 'Server errors by operation',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (service, operation, status) (rate(${requests}_count{${chosen},status=~"5.."}[${rate}]))`,
          legend: '{{service}} {{operation}} {{status}}',
        },
      ],
    },
    {
      title: 'Latency, p95',
      unit: 's',
      queries: [{ expr: quantile(0.95, requests, 'service', chosen), legend: '{{service}}' }],
    },
    {
      title: 'CPU',
      unit: 'short',
      queries: [
        {
          expr: `rate(process_cpu_seconds_total{${chosen}}[${rate}])`,
          legend: '{{service}} {{instance}}',
        },
      ],
      note: 'In cores.',
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [{ expr: `process_resident_memory_bytes{${chosen}}`, legend: '{{service}} {{instance}}' }],
    },
    {
      title: 'Lag of the event loop, p99',
      unit: 's',
      queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${chosen}}`, legend: '{{service}} {{instance}}' }],
      limits: [0.1, 0.5],
    },
    {
      title: 'Heap in use',
      unit: 'bytes',
      queries: [{ expr: `nodejs_heap_size_used_bytes{${chosen}}`, legend: '{{service}} {{instance}}' }],
    },
    {
      title: 'Connections to PostgreSQL',
      unit: 'short',
      queries: [
        {
          expr: `sum by (service, state) (postgres_pool_connections{${chosen}})`,
          legend: '{{service}} {{state}}',
        },
        {
          expr: `sum by (service) (postgres_pool_waiting_requests{${chosen}})`,
          legend: '{{service}} waiting requests',
        },
      ],
    },
    {
      title: 'Versions',
      unit: 'none',
      kind: 'table',
      queries: [{ expr: `count by (service, version) (build_info{${chosen}})` }],
    },
    {
      title: 'Restarts',
      unit: 'short',
      queries: [
        {
          expr: `changes(process_start_time_seconds{${chosen}}[1h])`,
          legend: '{{service}} {{instance}}',
        },
      ],
      limits: [1, 3],
    },
    {
      title: 'Garbage collection',
      unit: 'percentunit',
      queries: [
        {
          expr: `sum by (service, instance) (rate(nodejs_gc_duration_seconds_sum{${chosen}}[${rate}]))`,
          legend: '{{service}} {{instance}}',
        },
      ],
      note: 'Share of the time.',
    },
    {
      title: 'Open file descriptors',
      unit: 'short',
      queries: [{ expr: `process_open_fds{${chosen}}`, legend: '{{service}} {{instance}}' }],
    },
  ],
};

/** The dashboards, in infrastructure/grafana/dashboards. */
export function dashboardFiles(): GeneratedFile[] {
  return [platform, llm, queue, canvas, services].map(dashboardFile);
}
