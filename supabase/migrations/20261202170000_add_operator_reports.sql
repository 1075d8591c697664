-- Views for operators, in dollars: what the platform spends, who spends it, and what the cache saves.
--
-- Only the owner reads them. They run with the owner's rights, so a role that may read them needs no access to the tables.
do $migration$
begin
  if to_regclass('public.backup_logs') is null then
    raise exception '20261202170000_add_operator_reports needs 20241123110000_add_llm_monitoring: apply that first.';
  end if;
  if to_regclass('public.llm_job_results') is null then
    raise exception '20261202170000_add_operator_reports needs 20241123140000_add_llm_job_results: apply that first.';
  end if;

  if to_regnamespace('reports') is null then
    create schema reports;
    comment on schema reports is 'Views for operators. All times are in UTC and all amounts in US dollars.';
  end if;

  if to_regclass('reports.llm_usage') is null then
    create view reports.llm_usage as
    select
      id, created_at, user_id, tier, operation as endpoint, provider, model,
      status = 'succeeded' as success, status, error_code as error_message, cached, streamed,
      prompt_tokens, completion_tokens, prompt_tokens + completion_tokens as total_tokens,
      -- Multiplication is exact in numeric, division is not.
      cost_nanos * 0.000000001 as estimated_cost, cost_estimated as is_estimate,
      latency_ms, request_id, job_id, prompt_version_id, trace_id
    from public.llm_usage;
    comment on view reports.llm_usage is
      'One row per call of a model and per cached answer. A condition on created_at selects partitions.';
    comment on column reports.llm_usage.estimated_cost is
      'US dollars, as the provider has reported the usage, unless is_estimate is true';
  end if;

  if to_regclass('reports.hourly_cost') is null then
    create view reports.hourly_cost as
    select
      date_trunc('hour', created_at, 'UTC') as hour,
      count(*) as requests,
      count(*) filter (where cached) as cached,
      count(*) filter (where not success) as failed,
      count(distinct user_id) as users,
      sum(total_tokens) as total_tokens,
      sum(estimated_cost) as cost
    from reports.llm_usage where created_at >= now() - interval '31 days' group by 1;
    comment on view reports.hourly_cost is 'Cost by hour of the last 31 days. The first hour is incomplete.';
  end if;

  if to_regclass('reports.daily_cost') is null then
    create view reports.daily_cost as
    select
      (created_at at time zone 'UTC')::date as day,
      count(*) as requests,
      count(*) filter (where cached) as cached,
      count(*) filter (where not success) as failed,
      count(distinct user_id) as users,
      sum(total_tokens) as total_tokens,
      sum(estimated_cost) as cost
    from reports.llm_usage where created_at >= date_trunc('day', now(), 'UTC') - interval '366 days' group by 1;
    comment on view reports.daily_cost is 'Cost by day: today and the 366 days before.';
  end if;

  if to_regclass('reports.monthly_cost') is null then
    create view reports.monthly_cost as
    select
      date_trunc('month', created_at at time zone 'UTC')::date as month,
      count(*) as requests,
      count(*) filter (where cached) as cached,
      count(*) filter (where not success) as failed,
      count(distinct user_id) as users,
      sum(total_tokens) as total_tokens,
      sum(estimated_cost) as cost
    from reports.llm_usage group by 1;
    comment on view reports.monthly_cost is 'Cost by month, of the whole ledger.';
  end if;

  if to_regclass('reports.top_users') is null then
    create view reports.top_users as
    select
      user_id,
      count(*) as requests,
      count(*) filter (where cached) as cached,
      count(*) filter (where not success) as failed,
      sum(total_tokens) as total_tokens,
      sum(estimated_cost) as cost,
      max(created_at) as last_request_at
    from reports.llm_usage where created_at >= date_trunc('day', now(), 'UTC') - interval '30 days'
    group by user_id order by sum(estimated_cost) desc, user_id;
    comment on view reports.top_users is
      'Users of today and the 30 days before, those with the highest cost first: the range of GET /api/admin/costs.';
  end if;

  if to_regclass('reports.daily_cost_by_user') is null then
    create view reports.daily_cost_by_user as
    select
      (created_at at time zone 'UTC')::date as day,
      user_id,
      count(*) as requests,
      count(*) filter (where cached) as cached,
      count(*) filter (where not success) as failed,
      sum(total_tokens) as total_tokens,
      sum(estimated_cost) as cost
    from reports.llm_usage where created_at >= date_trunc('day', now(), 'UTC') - interval '366 days'
    group by 1, user_id;
    comment on view reports.daily_cost_by_user is 'Cost by day and user: today and the 366 days before.';
  end if;

  if to_regclass('reports.daily_cost_by_operation') is null then
    create view reports.daily_cost_by_operation as
    select
      (created_at at time zone 'UTC')::date as day,
      endpoint,
      provider,
      model,
      count(*) as requests,
      count(*) filter (where cached) as cached,
      count(*) filter (where not success) as failed,
      sum(total_tokens) as total_tokens,
      sum(estimated_cost) as cost,
      round(avg(latency_ms) filter (where success and not cached))::integer as average_latency_ms
    from reports.llm_usage where created_at >= date_trunc('day', now(), 'UTC') - interval '366 days'
    group by 1, endpoint, provider, model;
    comment on view reports.daily_cost_by_operation is
      'Cost by day, operation, provider and model: today and the 366 days before. Cached answers have the provider cache.';
  end if;

  if to_regclass('reports.daily_cache_savings') is null then
    create view reports.daily_cache_savings as
    with days as (
      select
        (created_at at time zone 'UTC')::date as day,
        endpoint,
        model,
        count(*) filter (where success) as answers,
        count(*) filter (where cached) as cached,
        count(*) filter (where success and not cached) as paid,
        coalesce(sum(estimated_cost) filter (where success and not cached), 0) as cost
      from reports.llm_usage where created_at >= date_trunc('day', now(), 'UTC') - interval '366 days'
      group by 1, endpoint, model
    ), prices as (
      select
        days.*,
        sum(cost) over alike / nullif(sum(paid) over alike, 0) as average_cost
      from days
      window alike as (partition by endpoint, model order by day rows between 30 preceding and current row)
    )
    select
      day,
      sum(answers)::bigint as answers,
      sum(cached)::bigint as cached,
      round(sum(cached) / nullif(sum(answers), 0), 4) as hit_rate,
      sum(cost) as cost,
      round(coalesce(sum(cached * average_cost), 0), 9) as estimated_savings,
      coalesce(sum(cached) filter (where average_cost is null), 0)::bigint as unpriced
    from prices group by day;
    comment on view reports.daily_cache_savings is
      'Cached answers by day, and what they would have cost: the average cost of answers of the same operation and model on that and the last 30 days with calls. unpriced counts cached answers without such a call.';
  end if;

  if to_regclass('reports.rate_limit_violations') is null then
    create view reports.rate_limit_violations as
    select
      id, created_at as violated_at, user_id, coalesce(tier, 'anonymous') as tier, host(address) as ip_address,
      operation as endpoint, rule, limit_value, window_ms
    from public.rate_limit_violations;
    comment on view reports.rate_limit_violations is 'Requests that a rate limit has refused.';
  end if;

  if to_regclass('reports.backup_logs') is null then
    create view reports.backup_logs as
    select
      id, kind, started_at as created_at, finished_at,
      case status when 'succeeded' then 'success' else status end as status,
      regexp_replace(location, '^.*/', '') as backup_file,
      case when location like 's3://%' then location end as s3_path,
      location, size_bytes, checksum,
      round(extract(epoch from finished_at - started_at)::numeric, 3) as duration_seconds,
      error as error_message
    from public.backup_logs;
    comment on view reports.backup_logs is 'Backups, restores and drills.';
  end if;

  if to_regclass('reports.llm_job_results') is null then
    create view reports.llm_job_results as
    select
      job_id, created_at, user_id, type, canvas_id, provider, model, cached,
      prompt_tokens, completion_tokens, prompt_tokens + completion_tokens as total_tokens,
      cost_nanos * 0.000000001 as cost_usd, latency_ms
    from public.llm_job_results;
    comment on view reports.llm_job_results is 'Results of finished jobs, without their content.';
  end if;
end
$migration$;
