-- Prompts that a version embeds, by version or by label. The indexes lead from a prompt to the versions that embed it.
do $migration$
begin
  if to_regclass('public.prompt_versions') is null then
    raise exception '20261203121000_add_prompt_embeds needs 20241123120000_add_prompt_version_control: apply that first.';
  end if;

  if to_regclass('vc_private.prompt_embeds') is null then
    create table vc_private.prompt_embeds (
      version_id uuid not null references public.prompt_versions (id),
      ordinal smallint not null check (ordinal >= 0),
      prompt_key text not null,
      version integer,
      environment text,
      label text,
      primary key (version_id, ordinal),
      check ((version is null) <> (label is null) and (label is null) = (environment is null))
    );
    create index prompt_embeds_label_idx on vc_private.prompt_embeds (prompt_key, environment, label) where label is not null;
    create index prompt_embeds_version_idx on vc_private.prompt_embeds (prompt_key, version) where version is not null;
    alter table vc_private.prompt_embeds enable row level security;
    revoke all on vc_private.prompt_embeds from public, anon, authenticated, service_role;
    grant select, insert on vc_private.prompt_embeds to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_embeds for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_embeds for insert to vc_prompt_registry with check (true);
  end if;
end
$migration$;
