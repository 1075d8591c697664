-- Deletes an account with everything that a user wrote, in one transaction. The ledger keeps the ID of the user.
do $migration$
begin
  if to_regclass('vc_private.canvas_dismissals') is null then
    raise exception '20261202231000_add_account_deletions needs 20261202081000_add_canvas_findings: apply that first.';
  end if;

  if to_regclass('vc_private.account_deletions') is null then
    create table vc_private.account_deletions (
      user_id uuid primary key,
      requested_at timestamptz not null default now(),
      revoked_at timestamptz,
      completed_at timestamptz
    );
    comment on column vc_private.account_deletions.revoked_at is 'time from which every replica refuses the access tokens';
    comment on column vc_private.account_deletions.completed_at is 'time at which facts that arrived late were deleted as well';
    create index account_deletions_open_idx on vc_private.account_deletions (requested_at) where completed_at is null;
    alter table vc_private.account_deletions enable row level security;
    revoke all on vc_private.account_deletions from public, anon, authenticated, service_role;
    grant select, update (revoked_at, completed_at) on vc_private.account_deletions to vc_gateway;
    create policy gateway_selects on vc_private.account_deletions for select to vc_gateway using (true);
    create policy gateway_updates on vc_private.account_deletions for update to vc_gateway using (true) with check (true);
  end if;

  -- Facts outlive their user, so no foreign key deletes them. Some reach PostgreSQL only after their user has gone.
  create or replace function vc_private.erase_account_facts(account uuid) returns void
  language sql volatile security definer set search_path = ''
  as $function$
    update public.prompt_executions set comment = null where user_id = account and comment is not null;
    delete from public.llm_job_results where user_id = account;
    delete from public.feature_flag_evaluations where user_id = account;
    delete from public.rate_limit_violations where user_id = account;
    delete from public.cost_alerts where user_id = account;
    -- The names of API keys are text of the user. What was changed, by which ID, stays.
    update vc_private.audit_log set before = before - 'name', after = after - 'name'
      where actor_id = account and target_kind = 'api_key';
  $function$;
  revoke execute on function vc_private.erase_account_facts(uuid) from public;
  grant execute on function vc_private.erase_account_facts(uuid) to vc_gateway;

  -- Foreign keys on auth.users delete sessions, API keys, canvases, links, findings, jobs and stored answers. Returns the
  -- metadata of the deleted account, and no row for an unknown one. Being the owner's, it also works where Supabase owns
  -- auth.users.
  create or replace function vc_private.erase_account(account uuid) returns table (raw_app_meta_data jsonb)
  language plpgsql volatile security definer set search_path = ''
  as $function$
  begin
    return query
      delete from auth.users where users.id = account and users.deleted_at is null
      returning coalesce(users.raw_app_meta_data, '{}'::jsonb);
    if not found then return; end if;
    insert into vc_private.account_deletions (user_id) values (account) on conflict do nothing;
    perform vc_private.erase_account_facts(account);
  end
  $function$;
  revoke execute on function vc_private.erase_account(uuid) from public;
  grant execute on function vc_private.erase_account(uuid) to vc_gateway;
end
$migration$;
