-- API keys: what programs show in place of a user's access token.
do $migration$
begin
  if to_regclass('vc_private.audit_log') is null then
    raise exception '20261126100000_add_api_keys needs 20241123100000_baseline: apply that first.';
  end if;

  -- A key that was revoked stays, so that what the audit log says of it can be followed up; it goes with its user.
  if to_regclass('vc_private.api_keys') is null then
    create table vc_private.api_keys (
      id uuid primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      name text not null,
      prefix text not null,
      key_hash bytea not null unique check (octet_length(key_hash) = 32),
      scopes text[] not null check (cardinality(scopes) > 0),
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    );
    comment on column vc_private.api_keys.prefix is 'how the key begins, by which its owner knows it';
    comment on column vc_private.api_keys.key_hash is 'SHA-256 of the key, which itself is stored nowhere';
    create index api_keys_user_id_id_idx on vc_private.api_keys (user_id, id);
    alter table vc_private.api_keys enable row level security;
    revoke all on vc_private.api_keys from public, anon, authenticated, service_role;
    grant select, insert, update (last_used_at, revoked_at) on vc_private.api_keys to vc_gateway;
    create policy user_selects_own on vc_private.api_keys for select
      to vc_gateway using (user_id = (select auth.uid()));
    create policy user_inserts_own on vc_private.api_keys for insert
      to vc_gateway with check (user_id = (select auth.uid()));
    create policy user_updates_own on vc_private.api_keys for update
      to vc_gateway using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
  end if;

  -- Whose key this is, before anybody's claims are known: whoever has the hash may ask, and nobody can list. Gives
  -- nothing for a key that was revoked or whose user is gone. Being the owner's, it also reads an auth.users that
  -- belongs to Supabase.
  create or replace function vc_private.find_api_key(shown_hash bytea) returns table (
    id uuid,
    user_id uuid,
    scopes text[],
    expires_at timestamptz,
    last_used_at timestamptz,
    raw_app_meta_data jsonb,
    banned_until timestamptz
  )
  language sql stable security definer set search_path = ''
  as $function$
    select k.id, k.user_id, k.scopes, k.expires_at, k.last_used_at, u.raw_app_meta_data, u.banned_until
    from vc_private.api_keys k join auth.users u on u.id = k.user_id
    where k.key_hash = shown_hash and k.revoked_at is null and u.deleted_at is null
  $function$;
  revoke execute on function vc_private.find_api_key(bytea) from public;
  grant execute on function vc_private.find_api_key(bytea) to vc_gateway;
end
$migration$;
