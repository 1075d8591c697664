/** All grants, by table and role. Every further grant needs a line here. */
export const expectedGrants: Record<string, Record<string, string>> = {
  'auth.users': { vc_gateway: 'insert, select, update' },
  'public.ab_tests': { vc_prompt_registry: 'insert, select, update' },
  'public.backup_logs': {},
  'public.canvas_revisions': { authenticated: 'select', vc_canvas: 'insert, select' },
  'public.canvases': { authenticated: 'select', vc_canvas: 'delete, insert, select, update' },
  'public.cost_alerts': {
    authenticated: 'select',
    vc_llm_router: 'insert, select, update(acknowledged_at), update(acknowledged_by)',
  },
  'public.feature_flag_evaluations': { authenticated: 'select', vc_feature_flags: 'insert, select' },
  'public.feature_flags': { vc_feature_flags: 'delete, insert, select, update' },
  'public.llm_job_results': { authenticated: 'select', vc_job_worker: 'insert, select' },
  'public.llm_usage': { authenticated: 'select', vc_llm_router: 'insert, select' },
  'public.prompt_executions': {
    authenticated: 'select',
    vc_prompt_registry: 'insert, select, update(comment), update(rated_at), update(rating)',
  },
  'public.prompt_versions': {
    authenticated: 'select',
    vc_prompt_registry: 'insert, select, update(activated_at), update(status)',
  },
  'public.rate_limit_violations': { authenticated: 'select', vc_llm_router: 'delete, insert, select' },
  'vc_private.account_deletions': { vc_gateway: 'select, update(completed_at), update(revoked_at)' },
  'vc_private.api_keys': { vc_gateway: 'insert, select, update(last_used_at), update(revoked_at)' },
  'vc_private.audit_log': { vc_gateway: 'delete, insert, select' },
  'vc_private.auth_refresh_tokens': { vc_gateway: 'delete, insert, select, update' },
  'vc_private.auth_sessions': { vc_gateway: 'delete, insert, select, update' },
  'vc_private.browser_sessions': { vc_gateway: 'delete, insert, select, update' },
  'vc_private.canvas_shares': { vc_canvas: 'delete, insert, select' },
  'vc_private.canvas_checks': { vc_canvas: 'insert, select, update' },
  'vc_private.canvas_dismissals': { vc_canvas: 'delete, insert, select, update' },
  'vc_private.canvas_reservations': { vc_canvas: 'delete, insert, select, update' },
  'vc_private.idempotency_keys': {
    vc_canvas: 'delete, insert, select, update',
    vc_gateway: 'delete, insert, select, update',
    vc_job_worker: 'delete, insert, select, update',
    vc_prompt_registry: 'delete, insert, select, update',
  },
  'vc_private.password_resets': { vc_gateway: 'delete, insert, select, update(used_at)' },
  'vc_private.llm_jobs': { vc_job_worker: 'delete, insert, select, update' },
};

export const expectedFunctions: Record<string, string> = {
  'vc_private.account_profile(uuid)': 'vc_gateway',
  'vc_private.across_users()':
    'vc_canvas, vc_feature_flags, vc_gateway, vc_job_worker, vc_llm_router, vc_prompt_registry',
  'vc_private.add_llm_usage_partitions(timestamp without time zone[])': '',
  'vc_private.create_llm_usage_partitions(integer)': 'vc_llm_router',
  'vc_private.create_llm_usage_partitions_at(timestamp with time zone[])': 'vc_llm_router',
  'vc_private.drop_llm_usage_partitions(integer)': 'vc_llm_router',
  'vc_private.erase_account(uuid)': 'vc_gateway',
  'vc_private.erase_account_facts(uuid)': 'vc_gateway',
  'vc_private.find_api_key(bytea)': 'vc_gateway',
  'vc_private.has_permission(text)': 'vc_gateway',
  'vc_private.last_backup_at()': 'vc_job_worker',
  'vc_private.record_audit(jsonb)': 'vc_feature_flags, vc_gateway, vc_llm_router, vc_prompt_registry',
  'vc_private.schema_version()':
    'vc_canvas, vc_feature_flags, vc_gateway, vc_job_worker, vc_llm_router, vc_prompt_registry',
  'vc_private.shared_canvas(bytea)': 'vc_canvas',
  'vc_private.submit_llm_job(uuid,text,jsonb,smallint,uuid,jsonb,jsonb)': 'vc_canvas, vc_job_worker',
  'vc_private.uuid_v7_time(uuid)': 'vc_llm_router',
};
