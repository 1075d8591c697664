-- A sample canvas for the demo user of a development machine. Without that user there is nothing to do.
do $seed$
declare
  sample_canvas constant uuid := '019359c0-6000-7000-8000-000000000101';
  sample_description constant text :=
    'A neighbourhood bakery that bakes sourdough bread overnight and delivers it by cargo bike before breakfast.';
  sample_blocks constant jsonb := '{
    "keyPartners": ["Regional mills that supply stone-ground organic flour", "Cafés that sell the bread of the day on commission", "A cargo bike workshop that keeps the bikes on the road"],
    "keyActivities": ["Baking sourdough overnight in small batches", "Planning and riding the morning delivery rounds", "Looking after subscriptions and changed orders until the evening before"],
    "valuePropositions": ["Fresh sourdough at the door before breakfast, without queueing", "Bread from regional flour with four ingredients", "Orders that can be changed or paused until eight in the evening"],
    "customerRelationships": ["Weekly subscriptions that can be paused at any time", "A note from the baker with each new bread", "Open bakery on the first Saturday of the month"],
    "customerSegments": ["Families within three kilometres who eat breakfast at home", "Small offices that provide breakfast", "Cafés without an oven of their own"],
    "keyResources": ["Two experienced sourdough bakers", "A deck oven and a cold room for slow fermentation", "Three electric cargo bikes"],
    "channels": ["Orders through the own web shop", "Direct delivery by cargo bike", "A stall at the Saturday market"],
    "costStructure": ["Wages for night baking and morning delivery", "Organic flour and other ingredients", "Rent and energy of the bakehouse"],
    "revenueStreams": ["Weekly bread subscriptions, paid monthly in advance", "Single orders with a delivery fee", "Wholesale to cafés and offices"]
  }';
begin
  insert into public.canvases
    (id, user_id, business_description, industry, target_market, blocks, revision, created_at, updated_at)
  select
    sample_canvas, users.id, sample_description, 'Food retail', 'Families and small offices nearby',
    sample_blocks, 1, '2024-11-23 16:00:00+00', '2024-11-23 16:00:00+00'
  from auth.users where lower(users.email) = 'demo@valuecanvas.local'
  on conflict do nothing;

  insert into public.canvas_revisions
    (canvas_id, revision, user_id, source, changed, business_description, industry, target_market, blocks, created_at)
  select
    canvases.id, 1, canvases.user_id, 'generate',
    array(select key from jsonb_object_keys(sample_blocks) as key order by key),
    sample_description, 'Food retail', 'Families and small offices nearby', sample_blocks, '2024-11-23 16:00:00+00'
  from public.canvases where canvases.id = sample_canvas
  on conflict do nothing;
end
$seed$;
