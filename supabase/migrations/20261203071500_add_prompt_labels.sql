-- Labels: names such as production and staging that point at one version of a prompt in each environment. The label production
-- of the environment default is the active version, so releases that know only the status of versions and this one agree.
do $migration$
begin
  if to_regclass('public.prompt_versions') is null then
    raise exception '20261203071500_add_prompt_labels needs 20241123120000_add_prompt_version_control: apply that first.';
  end if;

  if to_regclass('vc_private.prompt_labels') is null then
    create table vc_private.prompt_labels (
      prompt_key text not null,
      environment text not null check (environment ~ '^[a-z][a-z0-9_.-]{0,35}$'),
      label text not null check (label ~ '^[a-z][a-z0-9_.-]{0,35}$'),
      version integer,
      is_protected boolean not null default false,
      moved_by uuid,
      approved_by uuid check (approved_by <> moved_by),
      moved_at timestamptz not null default clock_timestamp(),
      reason text,
      request_id text,
      primary key (prompt_key, environment, label),
      foreign key (prompt_key, version) references public.prompt_versions (prompt_key, version)
    );
    comment on column vc_private.prompt_labels.version is 'null for a label that was removed, or protected before its first move';
    alter table vc_private.prompt_labels enable row level security;
    revoke all on vc_private.prompt_labels from public, anon, authenticated, service_role;
    grant select, insert, update on vc_private.prompt_labels to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_labels for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_labels for insert to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_labels for update
      to vc_prompt_registry using (true) with check (true);
  end if;

  -- Append-only: the trigger alone writes it.
  if to_regclass('vc_private.prompt_label_moves') is null then
    create table vc_private.prompt_label_moves (
      id uuid primary key default gen_random_uuid(),
      prompt_key text not null,
      environment text not null,
      label text not null,
      from_version integer,
      to_version integer,
      moved_by uuid,
      approved_by uuid,
      moved_at timestamptz not null,
      reason text,
      request_id text
    );
    comment on column vc_private.prompt_label_moves.moved_by is 'null for a move by a migration or by a release without labels';
    create index prompt_label_moves_label_idx
      on vc_private.prompt_label_moves (prompt_key, environment, label, moved_at desc, id desc);
    alter table vc_private.prompt_label_moves enable row level security;
    revoke all on vc_private.prompt_label_moves from public, anon, authenticated, service_role;
    grant select on vc_private.prompt_label_moves to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_label_moves for select to vc_prompt_registry using (true);
  end if;

  if to_regclass('vc_private.prompt_label_proposals') is null then
    create table vc_private.prompt_label_proposals (
      id uuid primary key,
      prompt_key text not null,
      environment text not null,
      label text not null,
      from_version integer,
      version integer not null,
      reason text,
      status text not null default 'open' check (status in ('open', 'approved', 'rejected')),
      proposed_by uuid not null,
      proposed_at timestamptz not null default now(),
      decided_by uuid,
      decided_at timestamptz,
      foreign key (prompt_key, version) references public.prompt_versions (prompt_key, version),
      constraint prompt_label_proposals_second_person check (status <> 'approved' or decided_by <> proposed_by),
      check ((status = 'open') = (decided_by is null) and (status = 'open') = (decided_at is null))
    );
    create index prompt_label_proposals_label_idx
      on vc_private.prompt_label_proposals (prompt_key, environment, label, id desc);
    alter table vc_private.prompt_label_proposals enable row level security;
    revoke all on vc_private.prompt_label_proposals from public, anon, authenticated, service_role;
    grant select, insert, update (status, decided_by, decided_at) on vc_private.prompt_label_proposals to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_label_proposals for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_label_proposals for insert to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_label_proposals for update
      to vc_prompt_registry using (true) with check (true);
  end if;

  create or replace function vc_private.record_prompt_label_move() returns trigger
  language plpgsql security definer set search_path = ''
  as $function$
  begin
    insert into vc_private.prompt_label_moves
      (prompt_key, environment, label, from_version, to_version, moved_by, approved_by, moved_at, reason, request_id)
    values (
      new.prompt_key, new.environment, new.label, case when tg_op = 'UPDATE' then old.version end, new.version,
      new.moved_by, new.approved_by, new.moved_at, new.reason, new.request_id
    );
    return null;
  end
  $function$;
  revoke execute on function vc_private.record_prompt_label_move() from public;

  -- A move of the label changes the status of both versions, which earlier releases read.
  create or replace function vc_private.mirror_production_label() returns trigger
  language plpgsql security definer set search_path = ''
  as $function$
  begin
    update public.prompt_versions set status = 'deprecated'
      where prompt_key = new.prompt_key and status = 'active' and version is distinct from new.version;
    update public.prompt_versions set status = 'active', activated_at = now()
      where prompt_key = new.prompt_key and version = new.version and status <> 'active';
    return null;
  end
  $function$;
  revoke execute on function vc_private.mirror_production_label() from public;

  -- An activation by an earlier release, or by a migration, moves the label.
  create or replace function vc_private.mirror_active_version() returns trigger
  language plpgsql security definer set search_path = ''
  as $function$
  begin
    insert into vc_private.prompt_labels as label (prompt_key, environment, label, version, moved_at)
    values (new.prompt_key, 'default', 'production', new.version, coalesce(new.activated_at, now()))
    on conflict (prompt_key, environment, label) do update set
      version = excluded.version, moved_at = excluded.moved_at,
      moved_by = null, approved_by = null, reason = null, request_id = null
      where label.version is distinct from excluded.version;
    return null;
  end
  $function$;
  revoke execute on function vc_private.mirror_active_version() from public;

  if not exists (select from pg_catalog.pg_trigger where tgname = 'prompt_labels_record_insert') then
    create trigger prompt_labels_record_insert after insert on vc_private.prompt_labels
      for each row when (new.version is not null) execute function vc_private.record_prompt_label_move();
    create trigger prompt_labels_record_update after update on vc_private.prompt_labels
      for each row when (new.version is distinct from old.version)
      execute function vc_private.record_prompt_label_move();
    create trigger prompt_labels_mirror after insert or update on vc_private.prompt_labels
      for each row when (new.environment = 'default' and new.label = 'production' and new.version is not null)
      execute function vc_private.mirror_production_label();
    create trigger prompt_versions_mirror after insert or update of status on public.prompt_versions
      for each row when (new.status = 'active') execute function vc_private.mirror_active_version();
    insert into vc_private.prompt_labels (prompt_key, environment, label, version, moved_at)
    select prompt_key, 'default', 'production', version, coalesce(activated_at, created_at)
    from public.prompt_versions where status = 'active'
    on conflict do nothing;
  end if;
end
$migration$;
