-- Lists users and changes their tier and role. Being the owner's, the functions also work where Supabase owns auth.users. A view
-- would keep Supabase Auth from altering the columns of its table.
do $migration$
begin
  if to_regprocedure('vc_private.account_profile(uuid)') is null then
    raise exception '20261203072500_add_platform_users needs 20261202235000_add_account_profile: apply that first.';
  end if;

  -- Narrows to the given accounts, or to an address in lower case, if these are not null. Otherwise returns the newest users
  -- before a creation time and ID, and no more than `most` if that is not null. The caller applies further filters.
  create or replace function vc_private.platform_users(
    accounts uuid[], address text, before_at timestamptz, before_id uuid, most integer
  )
  returns table (id uuid, email text, raw_app_meta_data jsonb, created_at timestamptz, last_sign_in_at timestamptz)
  language plpgsql stable security definer set search_path = ''
  as $function$
  begin
    if accounts is not null then
      return query
        select u.id, u.email::text, u.raw_app_meta_data, u.created_at, u.last_sign_in_at from auth.users u
        where u.id = any (accounts) and u.created_at is not null and u.deleted_at is null;
    elsif address is not null then
      return query
        select u.id, u.email::text, u.raw_app_meta_data, u.created_at, u.last_sign_in_at from auth.users u
        where lower(u.email) = address and u.created_at is not null and u.deleted_at is null;
    else
      return query
        select u.id, u.email::text, u.raw_app_meta_data, u.created_at, u.last_sign_in_at from auth.users u
        where (u.created_at, u.id)
            < (coalesce(before_at, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
          and u.deleted_at is null
        order by u.created_at desc, u.id desc
        limit most;
    end if;
  end
  $function$;
  revoke execute on function vc_private.platform_users(uuid[], text, timestamptz, uuid, integer) from public;
  grant execute on function vc_private.platform_users(uuid[], text, timestamptz, uuid, integer) to vc_gateway;

  -- The row stays locked until the end of the transaction.
  create or replace function vc_private.lock_platform_user(account uuid, address text)
  returns table (id uuid, email text, raw_app_meta_data jsonb, created_at timestamptz, last_sign_in_at timestamptz)
  language sql volatile security definer set search_path = ''
  as $function$
    select u.id, u.email::text, u.raw_app_meta_data, u.created_at, u.last_sign_in_at from auth.users u
    where (u.id = account or lower(u.email) = address) and u.created_at is not null and u.deleted_at is null
    for update
  $function$;
  revoke execute on function vc_private.lock_platform_user(uuid, text) from public;
  grant execute on function vc_private.lock_platform_user(uuid, text) to vc_gateway;

  create or replace function vc_private.set_platform_user(account uuid, metadata jsonb, changed_at timestamptz) returns void
  language sql volatile security definer set search_path = ''
  as $function$
    update auth.users u
      set raw_app_meta_data = coalesce(u.raw_app_meta_data, '{}') || metadata, updated_at = changed_at
      where u.id = account
  $function$;
  revoke execute on function vc_private.set_platform_user(uuid, jsonb, timestamptz) from public;
  grant execute on function vc_private.set_platform_user(uuid, jsonb, timestamptz) to vc_gateway;
end
$migration$;
