-- Idempotency keys: which request holds a key, and the answer that repetitions of the request get.
do $migration$
begin
  if to_regclass('auth.users') is null or to_regprocedure('vc_private.across_users()') is null then
    raise exception '20261201193000_add_idempotency_keys needs 20241123100000_baseline: apply that first.';
  end if;

  grant usage on schema vc_private to vc_prompt_registry;
  grant execute on function vc_private.across_users() to vc_canvas, vc_gateway;

  -- One table for all services: a service sees the rows that its own role owns. Answers go with their user.
  if to_regclass('vc_private.idempotency_keys') is null then
    create table vc_private.idempotency_keys (
      owner text not null default current_user,
      user_id uuid not null references auth.users (id) on delete cascade,
      operation text not null,
      key_hash bytea not null check (octet_length(key_hash) = 32),
      request_hash bytea not null check (octet_length(request_hash) = 32),
      claim_id uuid not null unique,
      attempt integer not null default 0 check (attempt >= 0),
      leased_until timestamptz,
      answer bytea,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (owner, user_id, operation, key_hash),
      check (leased_until is null or answer is null)
    );
    comment on column vc_private.idempotency_keys.owner is 'database role of the service that owns the route';
    comment on column vc_private.idempotency_keys.key_hash is 'SHA-256 of the idempotency key';
    comment on column vc_private.idempotency_keys.request_hash is
      'SHA-256 of path parameters, query and body: another request cannot use the key';
    comment on column vc_private.idempotency_keys.claim_id is
      'fence: a request whose claim was taken over cannot store an answer';
    comment on column vc_private.idempotency_keys.attempt is
      'part of the keys that are sent to other services; raised where their stored answers cannot be used';
    comment on column vc_private.idempotency_keys.leased_until is
      'until when the request counts as running; null once it has ended';
    comment on column vc_private.idempotency_keys.answer is
      'final answer as JSON, encrypted where the owner encrypts it; null without a final answer';
    create index idempotency_keys_user_id_idx on vc_private.idempotency_keys (user_id);
    create index idempotency_keys_expires_at_idx on vc_private.idempotency_keys (expires_at);
    alter table vc_private.idempotency_keys enable row level security;
    revoke all on vc_private.idempotency_keys from public, anon, authenticated, service_role;
    grant select, insert, update, delete on vc_private.idempotency_keys
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker;
    create policy user_selects_own on vc_private.idempotency_keys for select
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker
      using (owner = current_user and user_id = (select auth.uid()));
    create policy user_inserts_own on vc_private.idempotency_keys for insert
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker
      with check (owner = current_user and user_id = (select auth.uid()));
    create policy user_updates_own on vc_private.idempotency_keys for update
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker
      using (owner = current_user and user_id = (select auth.uid()))
      with check (owner = current_user and user_id = (select auth.uid()));
    -- For the renewal of leases, the removal of expired rows, and effects that belong to no user.
    create policy service_selects_across_users on vc_private.idempotency_keys for select
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker
      using (owner = current_user and (select vc_private.across_users()));
    create policy service_updates_across_users on vc_private.idempotency_keys for update
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker
      using (owner = current_user and (select vc_private.across_users()))
      with check (owner = current_user and (select vc_private.across_users()));
    create policy service_deletes_expired_across_users on vc_private.idempotency_keys for delete
      to vc_gateway, vc_canvas, vc_prompt_registry, vc_job_worker
      using (owner = current_user and (select vc_private.across_users()) and expires_at < now());
  end if;
end
$migration$;
