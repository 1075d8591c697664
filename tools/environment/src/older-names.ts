/** A variable of older documentation of ValueCanvas. */
export interface OlderName {
  readonly older: string;
  /** The variable that does its work now. Undefined if nothing is left to set. */
  readonly now?: string;
  /** The difference, as a sentence. */
  readonly note: string;
}

/** Variables that older documentation names and no program reads. */
export const olderNames: readonly OlderName[] = [
  { older: 'VITE_SUPABASE_URL', now: 'SUPABASE_URL', note: 'The page asks the gateway only.' },
  { older: 'VITE_SUPABASE_ANON_KEY', now: 'SUPABASE_ANON_KEY', note: 'The page asks the gateway only.' },
  { older: 'SUPABASE_KEY', now: 'SUPABASE_ANON_KEY', note: 'The same value.' },
  {
    older: 'SUPABASE_SERVICE_ROLE_KEY',
    note: 'Each service has a database role of its own. No service may act as every user.',
  },
  { older: 'SUPABASE_SERVICE_KEY', note: 'As SUPABASE_SERVICE_ROLE_KEY.' },
  { older: 'VITE_HTTPS_ONLY', now: 'HTTPS_ONLY', note: 'Set TRUST_PROXY and an https PUBLIC_URL as well.' },
  { older: 'VITE_SENTRY_DSN', now: 'SENTRY_DSN', note: 'Of the services. The page reports nothing.' },
  { older: 'VITE_SENTRY_ENABLED', now: 'SENTRY_DSN', note: 'Reporting is on if it is set.' },
  { older: 'VITE_SENTRY_ENVIRONMENT', now: 'SENTRY_ENVIRONMENT', note: 'The same value.' },
  {
    older: 'VITE_SENTRY_SAMPLE_RATE',
    now: 'OTEL_TRACES_SAMPLER_ARG',
    note: 'Every error is reported. Traces are sampled with OTEL_TRACES_SAMPLER=parentbased_traceidratio.',
  },
  { older: 'OTLP_ENDPOINT', now: 'OTEL_EXPORTER_OTLP_ENDPOINT', note: 'The same value.' },
  { older: 'OTEL_SERVICE_VERSION', now: 'SERVICE_VERSION', note: 'Set when an image is built.' },
  { older: 'APP_VERSION', now: 'SERVICE_VERSION', note: 'Set when an image is built.' },
  { older: 'S3_ENABLED', now: 'S3_BUCKET_NAME', note: 'Backups go to the bucket if it is set.' },
  { older: 'S3_BACKUP_BUCKET', now: 'S3_BUCKET_NAME', note: 'The same value.' },
  {
    older: 'SECRETS_MANAGER_ENABLED',
    now: 'SECRETS_MANAGER_SECRET_NAME',
    note: 'Secrets are read from it if it is set.',
  },
  {
    older: 'CLOUDWATCH_ENABLED',
    now: 'CLOUDWATCH_LOG_GROUP',
    note: 'Logs are sent by Docker or by an agent of the cluster.',
  },
  {
    older: 'CLOUDWATCH_LOG_STREAM',
    now: 'CLOUDWATCH_LOG_GROUP',
    note: 'Each container has a stream of its own.',
  },
  { older: 'ENABLE_LLM_CACHE', now: 'LLM_CACHE_ENABLED', note: 'The same value.' },
  { older: 'CACHE_TTL', now: 'LLM_CACHE_TTL', note: 'Seconds, as before.' },
  {
    older: 'DISABLE_RATE_LIMITING',
    now: 'RATE_LIMIT_PER_MINUTE',
    note: 'Limits cannot be switched off. Raise them, and those of LLM_TIERS.',
  },
  { older: 'REDIS_ENABLED', now: 'REDIS_URL', note: 'Redis is required.' },
  { older: 'QUEUE_ENABLED', now: 'REDIS_URL', note: 'The queue is always there.' },
  {
    older: 'MOCK_LLM_ENABLED',
    now: 'LLM_SIMULATOR_URL',
    note: 'The simulator replaces all providers. `npm start` uses it where no key is set.',
  },
  {
    older: 'PROMETHEUS_ENABLED',
    now: 'INTERNAL_PORT',
    note: 'Every service has metrics at /metrics of this port.',
  },
  { older: 'PROMETHEUS_PORT', now: 'INTERNAL_PORT', note: 'One for each service.' },
];
