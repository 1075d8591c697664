import { databaseUrl, withClient } from '../src/connection.ts';

const ownerPassword = 'project-owner';

/**
 * Creates a database like hosted Supabase: another role owns the auth schema, the client roles exist and get grants on
 * new tables in public, and the owner is not a superuser. Returns the owner's URL.
 */
export async function hostedProject(serverUrl: string): Promise<string> {
  await execute(serverUrl, clusterPart);
  const projectUrl = databaseUrl(serverUrl, 'project');
  await execute(projectUrl, databasePart);
  const owner = new URL(projectUrl);
  owner.username = 'project_owner';
  owner.password = ownerPassword;
  return owner.href;
}

const clusterPart = [
  'create role supabase_admin superuser login',
  'create role supabase_auth_admin noinherit createrole login',
  `create role project_owner createdb createrole replication bypassrls login password '${ownerPassword}'`,
  'create role anon nologin noinherit',
  'create role authenticated nologin noinherit',
  'create role service_role nologin noinherit bypassrls',
  'create role authenticator login noinherit',
  'grant anon, authenticated, service_role to authenticator, project_owner',
  `alter role anon set statement_timeout = '3s'`,
  `alter role authenticated set statement_timeout = '8s'`,
  'create database project owner project_owner',
];

const databasePart = [
  'grant usage on schema public to anon, authenticated, service_role, project_owner',
  'grant create on schema public to project_owner',
  'create schema auth authorization supabase_auth_admin',
  'grant usage on schema auth to anon, authenticated, service_role, project_owner',
  `create table auth.users (
     instance_id uuid, id uuid not null primary key, aud varchar(255), role varchar(255), email varchar(255),
     encrypted_password varchar(255), email_confirmed_at timestamptz, last_sign_in_at timestamptz,
     raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin boolean, created_at timestamptz,
     updated_at timestamptz, phone text unique, banned_until timestamptz, is_sso_user boolean not null default false,
     deleted_at timestamptz, is_anonymous boolean not null default false
   )`,
  'alter table auth.users owner to supabase_auth_admin',
  'alter table auth.users enable row level security',
  'grant all on auth.users to project_owner',
  `create function auth.uid() returns uuid language sql stable as $$
     select coalesce(
       nullif(current_setting('request.jwt.claim.sub', true), ''),
       nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
     )::uuid $$`,
  `create function auth.jwt() returns jsonb language sql stable as $$
     select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$`,
  'alter function auth.uid() owner to supabase_auth_admin',
  'alter function auth.jwt() owner to supabase_auth_admin',
  ...['tables', 'functions', 'sequences'].map(
    (objects) =>
      `alter default privileges for role project_owner in schema public
       grant all on ${objects} to project_owner, anon, authenticated, service_role`,
  ),
];

async function execute(url: string, statements: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}
