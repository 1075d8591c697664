-- The ledger need not be kept for ever: whole months of it can be dropped, which costs no scan and leaves no holes.
do $migration$
begin
  if to_regclass('public.llm_usage') is null then
    raise exception '20261125120000_add_llm_usage_retention needs 20241123110000_add_llm_monitoring: apply that first.';
  end if;

  -- Drops the ledger's partitions (UTC months) that lie before the last months_kept months, the current one not
  -- counted, and returns their names, oldest first. So the current month and the last one always stay: budgets
  -- are seeded from them, and what waits in the journal still has its place.
  --
  -- Dropping needs the whole ledger for a moment. It waits a second for that at most, as reads and writes queue
  -- up behind it: whoever calls it tries again later.
  create or replace function vc_private.drop_llm_usage_partitions(months_kept integer) returns text[]
  language plpgsql security definer set search_path = ''
  as $function$
  declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
    partition_name text;
    dropped text[] := '{}';
  begin
    if months_kept is null or months_kept not between 1 and 1200 then
      raise exception 'drop_llm_usage_partitions keeps 1 to 1200 months, not %.', months_kept
        using errcode = 'invalid_parameter_value';
    end if;
    perform set_config('lock_timeout', '1s', true);
    perform pg_advisory_xact_lock(hashtext('vc_private.create_llm_usage_partitions'));
    for partition_name in
      select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.llm_usage'::regclass
        and c.relnamespace = 'vc_private'::regnamespace
        and c.relname ~ '^llm_usage_\d{4}_\d{2}$'
        and right(c.relname, 7) < to_char(this_month - make_interval(months => months_kept), 'YYYY_MM')
      order by c.relname
    loop
      execute format('drop table vc_private.%I', partition_name);
      dropped := dropped || partition_name;
    end loop;
    return dropped;
  end
  $function$;
  revoke execute on function vc_private.drop_llm_usage_partitions(integer) from public;
  grant execute on function vc_private.drop_llm_usage_partitions(integer) to vc_llm_router;
end
$migration$;
