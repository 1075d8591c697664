-- Chat prompts: the messages of a version. Its template is their text, for clients that know texts only.
do $migration$
begin
  if to_regclass('public.prompt_versions') is null then
    raise exception '20261203060000_add_prompt_messages needs 20241123120000_add_prompt_version_control: apply that first.';
  end if;

  alter table public.prompt_versions add column if not exists messages jsonb
    check (jsonb_typeof(messages) = 'array');
end
$migration$;
