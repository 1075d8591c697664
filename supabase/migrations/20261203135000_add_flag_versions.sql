-- Every version of a flag's settings, so that an operator can restore one. Changes by releases before this one leave gaps.
do $migration$
begin
  if to_regclass('public.feature_flags') is null then
    raise exception '20261203135000_add_flag_versions needs 20241123130000_add_feature_flags: apply that first.';
  end if;

  if to_regclass('vc_private.feature_flag_versions') is null then
    create table vc_private.feature_flag_versions (
      flag_key text not null references public.feature_flags (key) on delete cascade,
      version integer not null check (version >= 1),
      settings jsonb not null check (jsonb_typeof(settings) = 'object'),
      changed_at timestamptz not null default clock_timestamp(),
      primary key (flag_key, version)
    );
    comment on table vc_private.feature_flag_versions is 'settings of each version of a flag, for as long as the flag exists';
    alter table vc_private.feature_flag_versions enable row level security;
    revoke all on vc_private.feature_flag_versions from public, anon, authenticated, service_role;
    grant select, insert on vc_private.feature_flag_versions to vc_feature_flags;
    create policy flags_select on vc_private.feature_flag_versions for select to vc_feature_flags using (true);
    create policy flags_insert on vc_private.feature_flag_versions for insert to vc_feature_flags with check (true);
  end if;
end
$migration$;
