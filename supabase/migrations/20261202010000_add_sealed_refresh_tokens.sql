-- A refresh token is also kept encrypted under its parent, so that a repeated refresh returns it again.
do $migration$
begin
  if to_regclass('vc_private.auth_refresh_tokens') is null then
    raise exception '20261202010000_add_sealed_refresh_tokens needs 20241123100000_baseline: apply that first.';
  end if;

  -- Null for the first token of a session, for a used token, and for tokens of the previous release.
  alter table vc_private.auth_refresh_tokens add column if not exists sealed_token bytea;
  comment on column vc_private.auth_refresh_tokens.token_hash is 'SHA-256 of the token';
  comment on column vc_private.auth_refresh_tokens.sealed_token is
    'the unused token, encrypted under a key derived from its parent token';
end
$migration$;
