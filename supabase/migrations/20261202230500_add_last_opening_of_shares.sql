-- The owner of a link sees when it was last opened, and so which links are still in use.
do $migration$
begin
  if to_regclass('vc_private.canvas_shares') is null then
    raise exception '20261202230500_add_last_opening_of_shares needs 20261202060000_add_canvas_shares: apply that first.';
  end if;

  alter table vc_private.canvas_shares add column if not exists last_opened_at timestamptz;
  comment on column vc_private.canvas_shares.last_opened_at is 'Time of the latest opening, to the minute';

  -- At most one write per link and minute, so that readers of a popular link do not wait for each other.
  create or replace function vc_private.shared_canvas(hash bytea) returns table (
    canvas_id uuid, title text, business_description text, industry text, target_market text, blocks jsonb,
    revision integer, updated_at timestamptz
  )
  language sql volatile security definer set search_path = ''
  as $function$
    update vc_private.canvas_shares set last_opened_at = now()
    from public.canvases
    where canvases.id = canvas_shares.canvas_id
      and canvas_shares.token_hash = hash
      and (canvas_shares.expires_at is null or canvas_shares.expires_at > now())
      and canvases.deleted_at is null
      and (canvas_shares.last_opened_at is null or canvas_shares.last_opened_at < now() - interval '1 minute');
    select canvases.id, canvases.title, canvases.business_description, canvases.industry, canvases.target_market,
      canvases.blocks, canvases.revision, canvases.updated_at
    from vc_private.canvas_shares join public.canvases on canvases.id = canvas_shares.canvas_id
    where canvas_shares.token_hash = hash
      and (canvas_shares.expires_at is null or canvas_shares.expires_at > now())
      and canvases.deleted_at is null
  $function$;
end
$migration$;
