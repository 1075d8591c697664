-- Canvases get a title, can be created without a model, and stay recoverable for 30 days after their deletion.
do $migration$
begin
  if to_regclass('public.canvases') is null or to_regprocedure('vc_private.across_users()') is null then
    raise exception '20261202050000_extend_canvases needs 20241123100000_baseline: apply that first.';
  end if;

  alter table public.canvases add column if not exists title text;
  alter table public.canvases add column if not exists deleted_at timestamptz;
  comment on column public.canvases.deleted_at is 'time of deletion, 30 days before the row is removed';
  alter table public.canvas_revisions add column if not exists title text;

  alter table public.canvas_revisions drop constraint if exists canvas_revisions_source_check;
  alter table public.canvas_revisions add constraint canvas_revisions_source_check
    check (source in ('generate', 'edit', 'apply', 'restore', 'create', 'import'));

  create index if not exists canvases_user_id_updated_at_id_idx
    on public.canvases (user_id, updated_at desc, id desc);
  create index if not exists canvases_deleted_at_idx on public.canvases (deleted_at);

  -- The canvas service removes canvases of all users whose time to be recovered is over. Its own policies show it only the
  -- rows of the current user.
  grant execute on function vc_private.across_users() to vc_canvas;
  drop policy if exists service_selects_expired on public.canvases;
  create policy service_selects_expired on public.canvases for select to vc_canvas
    using ((select vc_private.across_users()) and deleted_at < now() - interval '30 days');
  drop policy if exists service_deletes_expired on public.canvases;
  create policy service_deletes_expired on public.canvases for delete to vc_canvas
    using ((select vc_private.across_users()) and deleted_at < now() - interval '30 days');
end
$migration$;
