-- The audit log names the actor's role, session or API key, the kind of the target and the reason. Services record into it
-- in the transaction of their change, permitted users read it, and old records can be deleted.
do $migration$
begin
  if to_regclass('vc_private.audit_log') is null then
    raise exception '20261201211500_extend_audit_log needs 20241123100000_baseline: apply that first.';
  end if;

  alter table vc_private.audit_log
    add column if not exists actor_role text,
    add column if not exists session_id text,
    add column if not exists api_key_id uuid,
    add column if not exists target_kind text,
    add column if not exists reason text;

  -- Operations are named as in the API.
  update vc_private.audit_log set
    target_kind = case when action like 'api_key.%' then 'api_key' else 'user' end,
    action = case action
      when 'api_key.create' then 'apiKeys.create'
      when 'api_key.revoke' then 'apiKeys.revoke'
      when 'user.update' then case actor when 'cli' then 'user:grant' else 'admin.updateUser' end
      else action
    end,
    actor = case actor when 'admin' then 'user' else actor end
  where target_kind is null;

  -- The list is in the order of IDs, which are UUIDv7.
  create index if not exists audit_log_actor_id_id_idx on vc_private.audit_log (actor_id, id);
  create index if not exists audit_log_action_id_idx on vc_private.audit_log (action, id);
  create index if not exists audit_log_target_idx on vc_private.audit_log (target_kind, subject, id);

  -- Tells whether the claims of the transaction hold a permission.
  create or replace function vc_private.has_permission(permission text) returns boolean
  language sql stable set search_path = ''
  as $function$
    select coalesce(
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'permissions') ? permission,
      false
    )
  $function$;
  revoke execute on function vc_private.has_permission(text) from public;
  grant execute on function vc_private.has_permission(text) to vc_gateway;
  grant execute on function vc_private.across_users() to vc_gateway;

  grant select, delete on vc_private.audit_log to vc_gateway;
  if not exists (
    select from pg_catalog.pg_policies
    where schemaname = 'vc_private' and tablename = 'audit_log' and policyname = 'gateway_selects_permitted'
  ) then
    create policy gateway_selects_permitted on vc_private.audit_log for select
      to vc_gateway using ((select vc_private.has_permission('audit:read')));
    create policy gateway_selects_old_across_users on vc_private.audit_log for select
      to vc_gateway using ((select vc_private.across_users()) and at < now() - interval '30 days');
    create policy gateway_deletes_old_across_users on vc_private.audit_log for delete
      to vc_gateway using ((select vc_private.across_users()) and at < now() - interval '30 days');
  end if;

  -- Stores an audit fact once. A service can add to the log in this way and can neither read nor change it.
  create or replace function vc_private.record_audit(fact jsonb) returns void
  language sql volatile security definer set search_path = ''
  as $function$
    insert into vc_private.audit_log (
      id, at, actor, actor_id, actor_role, session_id, api_key_id, action, target_kind, subject, before, after, reason,
      request_id
    )
    select
      (fact ->> 'id')::uuid,
      (fact ->> 'at')::timestamptz,
      case when fact -> 'actor' ? 'userId' then 'user' else 'cli' end,
      (fact #>> '{actor,userId}')::uuid,
      fact #>> '{actor,role}',
      fact #>> '{actor,sessionId}',
      (fact #>> '{actor,apiKeyId}')::uuid,
      fact ->> 'operation',
      fact #>> '{target,kind}',
      fact #>> '{target,id}',
      fact -> 'before',
      fact -> 'after',
      fact ->> 'reason',
      fact ->> 'requestId'
    on conflict (id) do nothing
  $function$;
  revoke execute on function vc_private.record_audit(jsonb) from public;
  grant usage on schema vc_private to vc_feature_flags, vc_prompt_registry;
  grant execute on function vc_private.record_audit(jsonb) to vc_gateway, vc_feature_flags, vc_prompt_registry;
end
$migration$;
