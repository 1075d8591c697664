-- Feature flags, and which user was shown what.
do $migration$
begin
  if to_regprocedure('vc_private.across_users()') is null then
    raise exception '20241123130000_add_feature_flags needs 20241123100000_baseline: apply that first.';
  end if;

  if to_regclass('public.feature_flags') is null then
    create table public.feature_flags (
      key text primary key check (key ~ '^[a-z][a-z0-9_.-]{0,99}$'),
      name text not null,
      description text not null default '',
      enabled boolean not null default false,
      rollout_percentage numeric(8, 5) not null default 100 check (rollout_percentage between 0 and 100),
      targeting jsonb not null default '{}' check (jsonb_typeof(targeting) = 'object'),
      variants jsonb check (jsonb_typeof(variants) = 'array'),
      salt text not null default gen_random_uuid()::text,
      version integer not null default 1 check (version >= 1),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    comment on column public.feature_flags.salt is
      'decides, with the user, on which side of the rollout percentage somebody falls: a change reshuffles everybody';
    alter table public.feature_flags enable row level security;
    revoke all on public.feature_flags from public, anon, authenticated, service_role;
    grant select, insert, update, delete on public.feature_flags to vc_feature_flags;
    create policy flags_select on public.feature_flags for select to vc_feature_flags using (true);
    create policy flags_insert on public.feature_flags for insert to vc_feature_flags with check (true);
    create policy flags_update on public.feature_flags for update to vc_feature_flags using (true) with check (true);
    create policy flags_delete on public.feature_flags for delete to vc_feature_flags using (true);
  end if;

  -- An evaluation stays when its flag is deleted: no foreign key.
  if to_regclass('public.feature_flag_evaluations') is null then
    create table public.feature_flag_evaluations (
      id uuid primary key,
      flag_key text not null,
      user_id uuid,
      enabled boolean not null,
      variant text,
      reason text not null,
      flag_version integer not null check (flag_version >= 0),
      created_at timestamptz not null default now()
    );
    create index feature_flag_evaluations_user_id_created_at_idx
      on public.feature_flag_evaluations (user_id, created_at desc);
    create index feature_flag_evaluations_flag_key_created_at_idx
      on public.feature_flag_evaluations (flag_key, created_at);
    alter table public.feature_flag_evaluations enable row level security;
    revoke all on public.feature_flag_evaluations from public, anon, authenticated, service_role;
    grant select on public.feature_flag_evaluations to authenticated;
    grant select, insert on public.feature_flag_evaluations to vc_feature_flags;
    create policy user_selects_own on public.feature_flag_evaluations for select
      to authenticated, vc_feature_flags using (user_id = (select auth.uid()));
    create policy flags_select_across_users on public.feature_flag_evaluations for select
      to vc_feature_flags using ((select vc_private.across_users()));
    create policy flags_insert_across_users on public.feature_flag_evaluations for insert
      to vc_feature_flags with check ((select vc_private.across_users()));
  end if;
end
$migration$;
