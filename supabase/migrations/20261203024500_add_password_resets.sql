-- Links that set a new password, for accounts of local auth. The token of a link is stored nowhere.
do $migration$
begin
  if to_regclass('vc_private.account_deletions') is null then
    raise exception '20261203024500_add_password_resets needs 20261202231000_add_account_deletions: apply that first.';
  end if;

  -- Looked up before claims exist, so the policies name the gateway and no user.
  if to_regclass('vc_private.password_resets') is null then
    create table vc_private.password_resets (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      user_id uuid not null references auth.users (id) on delete cascade,
      is_mailed boolean not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz
    );
    comment on column vc_private.password_resets.token_hash is 'SHA-256 of the token in the link';
    comment on column vc_private.password_resets.is_mailed is 'true for a link that was sent to the address of the account';
    create index password_resets_user_id_idx on vc_private.password_resets (user_id);
    create index password_resets_expires_at_idx on vc_private.password_resets (expires_at);
    alter table vc_private.password_resets enable row level security;
    revoke all on vc_private.password_resets from public, anon, authenticated, service_role;
    grant select, insert, update (used_at), delete on vc_private.password_resets to vc_gateway;
    create policy gateway_selects on vc_private.password_resets for select to vc_gateway using (true);
    create policy gateway_inserts on vc_private.password_resets for insert to vc_gateway with check (true);
    create policy gateway_updates on vc_private.password_resets for update to vc_gateway using (true) with check (true);
    create policy gateway_deletes on vc_private.password_resets for delete to vc_gateway using (true);
  end if;
end
$migration$;
