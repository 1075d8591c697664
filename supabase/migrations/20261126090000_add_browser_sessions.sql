-- Sessions of browsers, for which a cookie stands: the gateway keeps the tokens, so that no script can read them.
do $migration$
begin
  if to_regclass('auth.users') is null or to_regnamespace('vc_private') is null then
    raise exception '20261126090000_add_browser_sessions needs 20241123100000_baseline: apply that first.';
  end if;

  -- Looked up before anyone's claims are known, so the policies name the gateway and no user.
  if to_regclass('vc_private.browser_sessions') is null then
    create table vc_private.browser_sessions (
      cookie_hash bytea primary key check (octet_length(cookie_hash) = 32),
      user_id uuid not null references auth.users (id) on delete cascade,
      sealed_tokens bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    );
    comment on column vc_private.browser_sessions.cookie_hash is 'SHA-256 of the cookie, which itself is stored nowhere';
    comment on column vc_private.browser_sessions.sealed_tokens is
      'access and refresh token, encrypted with a key that only the cookie yields';
    create index browser_sessions_user_id_idx on vc_private.browser_sessions (user_id);
    create index browser_sessions_expires_at_idx on vc_private.browser_sessions (expires_at);
    alter table vc_private.browser_sessions enable row level security;
    revoke all on vc_private.browser_sessions from public, anon, authenticated, service_role;
    grant select, insert, update, delete on vc_private.browser_sessions to vc_gateway;
    create policy gateway_selects on vc_private.browser_sessions for select to vc_gateway using (true);
    create policy gateway_inserts on vc_private.browser_sessions for insert to vc_gateway with check (true);
    create policy gateway_updates on vc_private.browser_sessions for update to vc_gateway using (true) with check (true);
    create policy gateway_deletes on vc_private.browser_sessions for delete to vc_gateway using (true);
  end if;
end
$migration$;
