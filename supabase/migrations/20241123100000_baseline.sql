-- What everything else stands on: the parts of Supabase that a plain PostgreSQL lacks, the services'
-- roles, the private schema, and the canvases.
--
-- Every migration is one block, so that psql, the Supabase CLI and `npm run db:migrate` all apply it
-- completely or not at all. A table and all that belongs to it (indexes, policies, grants) stand under one
-- guard: where the table is there already, nothing is touched.
do $migration$
declare
  role_name text;
begin
  if current_setting('server_version_num')::integer < 130000 then
    raise exception 'ValueCanvas needs PostgreSQL 13 or newer, and this server is %.', current_setting('server_version');
  end if;

  -- Roles belong to the whole cluster. Another database's migration may make them in this very moment:
  -- then the exception says so, and there is nothing left to do.

  -- Supabase's service_role also bypasses row level security. This one does not: nothing is granted to
  -- it, and only a superuser could give it that power.
  foreach role_name in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin noinherit', role_name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
  end loop;

  -- Passwords come from the environment of `npm run db:migrate`, never from a file.
  foreach role_name in array array[
    'vc_gateway', 'vc_llm_router', 'vc_canvas', 'vc_prompt_registry', 'vc_feature_flags', 'vc_job_worker'
  ] loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      begin
        execute format('create role %I login', role_name);
        execute format('alter role %I set statement_timeout = %L', role_name, '15s');
        execute format('alter role %I set lock_timeout = %L', role_name, '5s');
        execute format('alter role %I set idle_in_transaction_session_timeout = %L', role_name, '30s');
        execute format('alter role %I set search_path = public', role_name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    -- PostgreSQL gives both to everyone; a hardened server may not.
    if not has_database_privilege(role_name, current_database(), 'connect') then
      execute format('grant connect on database %I to %I', current_database(), role_name);
    end if;
    if not has_schema_privilege(role_name, 'public', 'usage') then
      execute format('grant usage on schema public to %I', role_name);
    end if;
  end loop;

  -- Before PostgreSQL 15 every role may create tables in public.
  if has_schema_privilege('vc_canvas', 'public', 'create') then
    revoke create on schema public from public;
  end if;

  if to_regnamespace('vc_private') is null then
    create schema vc_private;
  end if;
  grant usage on schema vc_private to vc_gateway, vc_llm_router, vc_canvas, vc_job_worker;

  -- On hosted Supabase the schema auth belongs to others and is left as it is.
  if to_regnamespace('auth') is null then
    create schema auth;
  end if;

  if to_regprocedure('auth.jwt()') is null then
    create function auth.jwt() returns jsonb
    language sql stable set search_path = ''
    as $function$
      select nullif(current_setting('request.jwt.claims', true), '')::jsonb
    $function$;
    revoke execute on function auth.jwt() from public;
    grant execute on function auth.jwt() to anon, authenticated, service_role;
  end if;

  if to_regprocedure('auth.uid()') is null then
    create function auth.uid() returns uuid
    language sql stable set search_path = ''
    as $function$
      select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
    $function$;
    revoke execute on function auth.uid() from public;
    grant execute on function auth.uid() to anon, authenticated, service_role,
      vc_gateway, vc_llm_router, vc_canvas, vc_prompt_registry, vc_feature_flags, vc_job_worker;
  end if;

  -- The columns of Supabase Auth that local sign-up needs, in Supabase's names and types.
  if to_regclass('auth.users') is null then
    create table auth.users (
      id uuid primary key,
      instance_id uuid,
      aud varchar(255),
      role varchar(255),
      email varchar(255),
      encrypted_password varchar(255),
      email_confirmed_at timestamptz,
      last_sign_in_at timestamptz,
      raw_app_meta_data jsonb,
      raw_user_meta_data jsonb,
      created_at timestamptz,
      updated_at timestamptz,
      phone text unique,
      banned_until timestamptz,
      deleted_at timestamptz,
      is_anonymous boolean not null default false
    );
    create unique index users_email_lower_key on auth.users (lower(email));
    create index users_created_at_id_idx on auth.users (created_at desc, id desc);
    alter table auth.users enable row level security;
    revoke all on auth.users from public, anon, authenticated, service_role;
    grant usage on schema auth to vc_gateway;
    grant select, insert, update on auth.users to vc_gateway;
    create policy gateway_selects on auth.users for select to vc_gateway using (true);
    create policy gateway_inserts on auth.users for insert to vc_gateway with check (true);
    create policy gateway_updates on auth.users for update to vc_gateway using (true) with check (true);
  end if;

  -- Work that concerns many users (the ledger's drain, a sweep) says so for the length of its transaction:
  -- select set_config('vc.across_users', 'on', true). Only policies that ask this function heed it.
  create or replace function vc_private.across_users() returns boolean
  language sql stable set search_path = ''
  as $function$
    select coalesce(current_setting('vc.across_users', true) = 'on', false)
  $function$;
  revoke execute on function vc_private.across_users() from public;
  grant execute on function vc_private.across_users()
    to vc_llm_router, vc_prompt_registry, vc_feature_flags, vc_job_worker;

  -- The time in a version 7 UUID (RFC 9562, section 5.7): its first 48 bits count milliseconds.
  create or replace function vc_private.uuid_v7_time(id uuid) returns timestamptz
  language sql immutable strict parallel safe set search_path = ''
  as $function$
    select to_timestamp(
      ('x0000' || left(replace(id::text, '-', ''), 12))::bit(64)::bigint / 1000.0::double precision
    )
  $function$;
  revoke execute on function vc_private.uuid_v7_time(uuid) from public;
  grant execute on function vc_private.uuid_v7_time(uuid) to vc_llm_router;

  -- Sessions and refresh tokens are looked up before anyone's claims are known, so their policies name
  -- the gateway and no user.
  if to_regclass('vc_private.auth_sessions') is null then
    create table vc_private.auth_sessions (
      id uuid primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      created_at timestamptz not null default now(),
      refreshed_at timestamptz,
      ended_at timestamptz,
      user_agent text
    );
    comment on column vc_private.auth_sessions.id is 'the claim session_id';
    create index auth_sessions_user_id_idx on vc_private.auth_sessions (user_id);
    alter table vc_private.auth_sessions enable row level security;
    revoke all on vc_private.auth_sessions from public, anon, authenticated, service_role;
    grant select, insert, update, delete on vc_private.auth_sessions to vc_gateway;
    create policy gateway_selects on vc_private.auth_sessions for select to vc_gateway using (true);
    create policy gateway_inserts on vc_private.auth_sessions for insert to vc_gateway with check (true);
    create policy gateway_updates on vc_private.auth_sessions for update to vc_gateway using (true) with check (true);
    create policy gateway_deletes on vc_private.auth_sessions for delete to vc_gateway using (true);
  end if;

  if to_regclass('vc_private.auth_refresh_tokens') is null then
    create table vc_private.auth_refresh_tokens (
      id bigint generated always as identity primary key,
      token_hash bytea not null unique check (octet_length(token_hash) = 32),
      session_id uuid not null references vc_private.auth_sessions (id) on delete cascade,
      parent_id bigint references vc_private.auth_refresh_tokens (id) on delete set null,
      created_at timestamptz not null default now(),
      used_at timestamptz,
      revoked_at timestamptz
    );
    comment on column vc_private.auth_refresh_tokens.token_hash is 'SHA-256 of the token, which itself is stored nowhere';
    create index auth_refresh_tokens_session_id_idx on vc_private.auth_refresh_tokens (session_id);
    create index auth_refresh_tokens_parent_id_idx on vc_private.auth_refresh_tokens (parent_id);
    alter table vc_private.auth_refresh_tokens enable row level security;
    revoke all on vc_private.auth_refresh_tokens from public, anon, authenticated, service_role;
    grant select, insert, update, delete on vc_private.auth_refresh_tokens to vc_gateway;
    create policy gateway_selects on vc_private.auth_refresh_tokens for select to vc_gateway using (true);
    create policy gateway_inserts on vc_private.auth_refresh_tokens for insert to vc_gateway with check (true);
    create policy gateway_updates on vc_private.auth_refresh_tokens for update to vc_gateway using (true) with check (true);
    create policy gateway_deletes on vc_private.auth_refresh_tokens for delete to vc_gateway using (true);
  end if;

  -- What an administrator did stays, even when the administrator or the subject goes: no foreign keys,
  -- and nobody but the owner reads, changes or deletes.
  if to_regclass('vc_private.audit_log') is null then
    create table vc_private.audit_log (
      id uuid primary key,
      at timestamptz not null default now(),
      actor_id uuid,
      actor text not null,
      action text not null,
      subject text not null,
      before jsonb,
      after jsonb,
      request_id text
    );
    create index audit_log_at_idx on vc_private.audit_log (at);
    create index audit_log_subject_idx on vc_private.audit_log (subject, at);
    alter table vc_private.audit_log enable row level security;
    revoke all on vc_private.audit_log from public, anon, authenticated, service_role;
    grant insert on vc_private.audit_log to vc_gateway;
    create policy gateway_inserts on vc_private.audit_log for insert to vc_gateway with check (true);
  end if;

  if to_regclass('public.canvases') is null then
    create table public.canvases (
      id uuid primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      business_description text not null,
      industry text,
      target_market text,
      blocks jsonb not null check (jsonb_typeof(blocks) = 'object'),
      revision integer not null check (revision >= 1),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index canvases_user_id_created_at_id_idx on public.canvases (user_id, created_at desc, id desc);
    alter table public.canvases enable row level security;
    revoke all on public.canvases from public, anon, authenticated, service_role;
    grant select on public.canvases to authenticated;
    grant select, insert, update, delete on public.canvases to vc_canvas;
    create policy user_selects_own on public.canvases for select
      to authenticated, vc_canvas using (user_id = (select auth.uid()));
    create policy user_inserts_own on public.canvases for insert
      to authenticated, vc_canvas with check (user_id = (select auth.uid()));
    create policy user_updates_own on public.canvases for update
      to authenticated, vc_canvas using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
    create policy user_deletes_own on public.canvases for delete
      to authenticated, vc_canvas using (user_id = (select auth.uid()));
  end if;

  -- History is only ever appended to; it goes with its canvas.
  if to_regclass('public.canvas_revisions') is null then
    create table public.canvas_revisions (
      canvas_id uuid not null references public.canvases (id) on delete cascade,
      revision integer not null check (revision >= 1),
      user_id uuid not null,
      source text not null check (source in ('generate', 'edit', 'apply', 'restore')),
      changed text[] not null default '{}',
      business_description text not null,
      industry text,
      target_market text,
      blocks jsonb not null check (jsonb_typeof(blocks) = 'object'),
      created_at timestamptz not null default now(),
      primary key (canvas_id, revision)
    );
    create index canvas_revisions_user_id_idx on public.canvas_revisions (user_id);
    alter table public.canvas_revisions enable row level security;
    revoke all on public.canvas_revisions from public, anon, authenticated, service_role;
    grant select on public.canvas_revisions to authenticated;
    grant select, insert on public.canvas_revisions to vc_canvas;
    create policy user_selects_own on public.canvas_revisions for select
      to authenticated, vc_canvas using (user_id = (select auth.uid()));
    create policy user_inserts_own on public.canvas_revisions for insert
      to authenticated, vc_canvas with check (
        user_id = (select auth.uid())
        and exists (
          select from public.canvases where canvases.id = canvas_id and canvases.user_id = (select auth.uid())
        )
      );
  end if;
end
$migration$;
