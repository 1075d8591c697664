-- Ordered rules, typed variants with a default, the bucketing attribute, and prerequisites of feature flags. The previous
-- release ignores these columns and keeps them: it evaluates a flag by its targeting and rollout alone.
do $migration$
begin
  if to_regclass('public.feature_flags') is null then
    raise exception '20261203124500_add_flag_rules needs 20241123130000_add_feature_flags: apply that first.';
  end if;

  alter table public.feature_flags
    add column if not exists rules jsonb not null default '[]' check (jsonb_typeof(rules) = 'array'),
    add column if not exists default_variant text,
    add column if not exists bucket_by text,
    add column if not exists prerequisites jsonb not null default '[]' check (jsonb_typeof(prerequisites) = 'array');
  comment on column public.feature_flags.bucket_by is
    'attribute of the context that selects the bucket and the variant; null for the targeting key';
end
$migration$;
