-- A new release waits until its migrations are applied. The services' roles read this one version, not the record with its SQL.
do $migration$
begin
  if to_regnamespace('vc_private') is null then
    raise exception '20261202224500_add_schema_version needs 20241123100000_baseline: apply that first.';
  end if;

  create or replace function vc_private.schema_version() returns text
    language plpgsql stable security definer set search_path = ''
  as $function$
  begin
    -- psql -f applies files without the record, which Supabase's CLI and db:migrate keep.
    if to_regclass('supabase_migrations.schema_migrations') is null then return null; end if;
    return (select max(version) from supabase_migrations.schema_migrations);
  end
  $function$;
  revoke execute on function vc_private.schema_version() from public;
  grant execute on function vc_private.schema_version()
    to vc_gateway, vc_llm_router, vc_canvas, vc_prompt_registry, vc_feature_flags, vc_job_worker;
end
$migration$;
