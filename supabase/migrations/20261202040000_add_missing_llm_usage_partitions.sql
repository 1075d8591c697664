-- A row of the ledger whose month has no partition waits in the journal, and the router creates the partition.
do $migration$
begin
  if to_regprocedure('vc_private.create_llm_usage_partitions(integer)') is null then
    raise exception '20261202040000_add_missing_llm_usage_partitions needs 20241123110000_add_llm_monitoring: apply that first.';
  end if;

  -- Creates the missing partitions of UTC months, each given by its start, and returns their names. Partitions are in the
  -- private schema without grants: rows are reached through the parent, which has the policies. Attaching a partition,
  -- unlike creating it in place, does not block reads and writes of the ledger.
  create or replace function vc_private.add_llm_usage_partitions(month_starts timestamp[]) returns text[]
  language plpgsql set search_path = ''
  as $function$
  declare
    month_start timestamp;
    partition_name text;
    created text[] := '{}';
  begin
    perform pg_advisory_xact_lock(hashtext('vc_private.create_llm_usage_partitions'));
    foreach month_start in array month_starts loop
      partition_name := 'llm_usage_' || to_char(month_start, 'YYYY_MM');
      continue when to_regclass(format('vc_private.%I', partition_name)) is not null;
      execute format(
        'create table vc_private.%I (like public.llm_usage including defaults including constraints)',
        partition_name
      );
      execute format('alter table vc_private.%I enable row level security', partition_name);
      execute format(
        'revoke all on vc_private.%I from public, anon, authenticated, service_role', partition_name
      );
      execute format(
        'alter table public.llm_usage attach partition vc_private.%I for values from (%L) to (%L)',
        partition_name,
        month_start at time zone 'UTC',
        (month_start + interval '1 month') at time zone 'UTC'
      );
      created := created || partition_name;
    end loop;
    return created;
  end
  $function$;
  revoke execute on function vc_private.add_llm_usage_partitions(timestamp[]) from public;

  -- Creates the partitions from last month to months_ahead months from now, and returns the names of those that were
  -- missing.
  create or replace function vc_private.create_llm_usage_partitions(months_ahead integer) returns text[]
  language plpgsql security definer set search_path = ''
  as $function$
  declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
  begin
    if months_ahead is null or months_ahead not between 0 and 24 then
      raise exception 'create_llm_usage_partitions takes 0 to 24 months, not %.', months_ahead
        using errcode = 'invalid_parameter_value';
    end if;
    return vc_private.add_llm_usage_partitions(array(
      select this_month + make_interval(months => month_offset)
      from generate_series(-1, months_ahead) as month_offset
    ));
  end
  $function$;

  -- Creates the missing partitions of the given times, and returns their names. Times more than 24 months from now are
  -- refused: they come from a wrong clock, and their rows can never be stored.
  create or replace function vc_private.create_llm_usage_partitions_at(times timestamptz[]) returns text[]
  language plpgsql security definer set search_path = ''
  as $function$
  declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
    month_starts timestamp[] := array(
      select distinct date_trunc('month', moment at time zone 'UTC') from unnest(times) as moment order by 1
    );
  begin
    if exists (
      select from unnest(month_starts) as month_start
      where month_start not between this_month - interval '24 months' and this_month + interval '24 months'
    ) then
      raise exception 'create_llm_usage_partitions_at takes times within 24 months from now.'
        using errcode = 'invalid_parameter_value';
    end if;
    return vc_private.add_llm_usage_partitions(month_starts);
  end
  $function$;
  revoke execute on function vc_private.create_llm_usage_partitions_at(timestamptz[]) from public;
  grant execute on function vc_private.create_llm_usage_partitions_at(timestamptz[]) to vc_llm_router;
end
$migration$;
