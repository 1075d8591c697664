-- Reservations of canvases: written before a model is asked, so that nothing is spent on a canvas that cannot be stored.
do $migration$
begin
  if to_regclass('public.canvases') is null or to_regprocedure('vc_private.across_users()') is null then
    raise exception '20261202043000_add_canvas_reservations needs 20241123100000_baseline: apply that first.';
  end if;

  -- A reservation is no canvas, so it has a table of its own that no client can read.
  if to_regclass('vc_private.canvas_reservations') is null then
    create table vc_private.canvas_reservations (
      canvas_id uuid primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      request_key text,
      filler bytea not null,
      reserved_at timestamptz not null default now(),
      stored_at timestamptz,
      unique (user_id, request_key)
    );
    alter table vc_private.canvas_reservations alter column filler set storage external;
    comment on column vc_private.canvas_reservations.request_key is
      'identifies repetitions of a request with an idempotency key, which have one canvas; null without such a key';
    comment on column vc_private.canvas_reservations.filler is
      'as large as a canvas with its revision and its answer, so that a full disk fails here, before anything is spent';
    comment on column vc_private.canvas_reservations.stored_at is
      'set if the canvas was stored after its request had ended';
    create index canvas_reservations_reserved_at_idx on vc_private.canvas_reservations (reserved_at);
    alter table vc_private.canvas_reservations enable row level security;
    revoke all on vc_private.canvas_reservations from public, anon, authenticated, service_role;
    grant select, insert, update, delete on vc_private.canvas_reservations to vc_canvas;
    create policy user_selects_own on vc_private.canvas_reservations for select
      to vc_canvas using (user_id = (select auth.uid()));
    create policy user_inserts_own on vc_private.canvas_reservations for insert
      to vc_canvas with check (user_id = (select auth.uid()));
    create policy user_updates_own on vc_private.canvas_reservations for update
      to vc_canvas using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
    create policy user_deletes_own on vc_private.canvas_reservations for delete
      to vc_canvas using (user_id = (select auth.uid()));
    -- For the removal of reservations that a crash left behind.
    create policy service_selects_across_users on vc_private.canvas_reservations for select
      to vc_canvas using ((select vc_private.across_users()));
    create policy service_deletes_across_users on vc_private.canvas_reservations for delete
      to vc_canvas using ((select vc_private.across_users()));
  end if;
end
$migration$;
