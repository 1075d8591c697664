-- Links with which anyone can view a canvas.
do $migration$
begin
  if to_regclass('public.canvases') is null or not exists (
    select from pg_catalog.pg_attribute where attrelid = 'public.canvases'::regclass and attname = 'deleted_at'
  ) then
    raise exception '20261202060000_add_canvas_shares needs 20261202050000_extend_canvases: apply that first.';
  end if;

  if to_regclass('vc_private.canvas_shares') is null then
    create table vc_private.canvas_shares (
      id uuid primary key,
      canvas_id uuid not null references public.canvases (id) on delete cascade,
      user_id uuid not null references auth.users (id) on delete cascade,
      token_hash bytea not null unique check (octet_length(token_hash) = 32),
      created_at timestamptz not null default now(),
      expires_at timestamptz
    );
    comment on column vc_private.canvas_shares.token_hash is 'SHA-256 of the token in the link';
    create index canvas_shares_canvas_id_idx on vc_private.canvas_shares (canvas_id);
    create index canvas_shares_user_id_idx on vc_private.canvas_shares (user_id);
    alter table vc_private.canvas_shares enable row level security;
    revoke all on vc_private.canvas_shares from public, anon, authenticated, service_role;
    grant select, insert, delete on vc_private.canvas_shares to vc_canvas;
    create policy user_selects_own on vc_private.canvas_shares for select
      to vc_canvas using (user_id = (select auth.uid()));
    create policy user_inserts_own on vc_private.canvas_shares for insert
      to vc_canvas with check (user_id = (select auth.uid()));
    create policy user_deletes_own on vc_private.canvas_shares for delete
      to vc_canvas using (user_id = (select auth.uid()));
  end if;

  -- A link is opened without an account. The function returns the one canvas of a valid link and nothing about its owner.
  create or replace function vc_private.shared_canvas(hash bytea) returns table (
    canvas_id uuid, title text, business_description text, industry text, target_market text, blocks jsonb,
    revision integer, updated_at timestamptz
  )
  language sql stable security definer set search_path = ''
  as $function$
    select canvases.id, canvases.title, canvases.business_description, canvases.industry, canvases.target_market,
      canvases.blocks, canvases.revision, canvases.updated_at
    from vc_private.canvas_shares join public.canvases on canvases.id = canvas_shares.canvas_id
    where canvas_shares.token_hash = hash
      and (canvas_shares.expires_at is null or canvas_shares.expires_at > now())
      and canvases.deleted_at is null
  $function$;
  revoke execute on function vc_private.shared_canvas(bytea) from public;
  grant execute on function vc_private.shared_canvas(bytea) to vc_canvas;
end
$migration$;
