-- Returns what a user may know of the own account, for its export. Being the owner's, it also reads an auth.users that belongs
-- to Supabase.
do $migration$
begin
  if to_regclass('vc_private.account_deletions') is null then
    raise exception '20261202235000_add_account_profile needs 20261202231000_add_account_deletions: apply that first.';
  end if;

  create or replace function vc_private.account_profile(account uuid) returns jsonb
  language sql stable security definer set search_path = ''
  as $function$
    select jsonb_build_object(
      'id', id, 'email', email, 'createdAt', created_at, 'lastSignInAt', last_sign_in_at,
      'appMetadata', raw_app_meta_data, 'userMetadata', raw_user_meta_data
    )
    from auth.users where id = account and deleted_at is null
  $function$;
  revoke execute on function vc_private.account_profile(uuid) from public;
  grant execute on function vc_private.account_profile(uuid) to vc_gateway;

  create index if not exists prompt_executions_user_id_id_idx on public.prompt_executions (user_id, id);
  create index if not exists llm_jobs_user_id_id_idx on vc_private.llm_jobs (user_id, id);
end
$migration$;
