/** A speaker of SQL: a role, the user in its claims, and whether its transaction works across users. */
export interface Speaker {
  readonly role: string;
  readonly user?: string;
  readonly acrossUsers?: boolean;
}

/** The rows that a speaker reaches, as an SQL condition. */
type Reach = (speaker: Speaker) => string;

/** Unnamed accesses are denied regardless of rows. */
export interface Access {
  readonly select?: Reach;
  readonly insert?: Reach;
  readonly update?: Reach;
  readonly delete?: Reach;
  /** The columns that an update may set; all if absent. */
  readonly columns?: readonly string[];
}

const all: Reach = () => 'true';
const own: Reach = ({ user }) => (user ? `user_id = '${user}'` : 'false');
const across: Reach = ({ acrossUsers }) => String(acrossUsers === true);
const ownOrAcross: Reach = (speaker) => `(${own(speaker)} or ${across(speaker)})`;
const only =
  (reach: Reach, condition: string): Reach =>
  (speaker) =>
    `(${reach(speaker)} and ${condition})`;

/** Access of a service to the idempotency keys that its own role has claimed. */
const idempotencyKeys = (role: string): Access => {
  const mine = (reach: Reach) => only(reach, `owner = '${role}'`);
  return {
    select: mine(ownOrAcross),
    insert: mine(own),
    update: mine(ownOrAcross),
    delete: mine(only(across, 'expires_at < now()')),
  };
};

const selectOwn: Access = { select: own };
const fact: Access = { select: ownOrAcross, insert: across };
const everything: Access = { select: all, insert: all, update: all, delete: all };

/**
 * Expected access of each role to every table, derived from the services' purpose, not from the policies. Unnamed roles
 * have no access. No role has access to the ledger's partitions.
 */
export const expectedAccess: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
  'auth.users': { vc_gateway: { select: all, insert: all, update: all } },
  'public.ab_tests': { vc_prompt_registry: { select: all, insert: all, update: all } },
  'public.backup_logs': {},
  'public.canvas_revisions': { authenticated: selectOwn, vc_canvas: { select: own, insert: own } },
  'public.canvases': {
    authenticated: selectOwn,
    vc_canvas: { select: own, insert: own, update: own, delete: own },
  },
  'public.cost_alerts': {
    authenticated: selectOwn,
    vc_llm_router: {
      ...fact,
      update: only(across, "scope = 'platform'"),
      columns: ['acknowledged_by', 'acknowledged_at'],
    },
  },
  'public.feature_flag_evaluations': { authenticated: selectOwn, vc_feature_flags: fact },
  'public.feature_flags': { vc_feature_flags: everything },
  'public.llm_job_results': { authenticated: selectOwn, vc_job_worker: fact },
  'public.llm_usage': { authenticated: selectOwn, vc_llm_router: fact },
  'public.prompt_executions': {
    authenticated: selectOwn,
    vc_prompt_registry: { ...fact, update: own, columns: ['rating', 'comment', 'rated_at'] },
  },
  'public.prompt_versions': {
    authenticated: { select: only(all, `status <> 'draft'`) },
    vc_prompt_registry: { select: all, insert: all, update: all, columns: ['status', 'activated_at'] },
  },
  'public.rate_limit_violations': {
    authenticated: selectOwn,
    vc_llm_router: { ...fact, delete: only(across, `created_at < now() - interval '1 day'`) },
  },
  'vc_private.account_deletions': {
    vc_gateway: { select: all, update: all, columns: ['revoked_at', 'completed_at'] },
  },
  'vc_private.api_keys': {
    vc_gateway: { select: own, insert: own, update: own, columns: ['last_used_at', 'revoked_at'] },
  },
  'vc_private.audit_log': {
    // Reading requires the permission audit:read in the claims. A separate test covers it.
    vc_gateway: {
      select: only(across, `at < now() - interval '30 days'`),
      insert: all,
      delete: only(across, `at < now() - interval '30 days'`),
    },
  },
  'vc_private.auth_refresh_tokens': { vc_gateway: everything },
  'vc_private.auth_sessions': { vc_gateway: everything },
  'vc_private.browser_sessions': { vc_gateway: everything },
  'vc_private.canvas_checks': { vc_canvas: { select: own, insert: own, update: own } },
  'vc_private.canvas_dismissals': { vc_canvas: { select: own, insert: own, update: own, delete: own } },
  'vc_private.canvas_reservations': {
    vc_canvas: { select: ownOrAcross, insert: own, update: own, delete: ownOrAcross },
  },
  'vc_private.canvas_shares': { vc_canvas: { select: own, insert: own, delete: own } },
  'vc_private.idempotency_keys': Object.fromEntries(
    ['vc_canvas', 'vc_gateway', 'vc_job_worker', 'vc_prompt_registry'].map((role) => [
      role,
      idempotencyKeys(role),
    ]),
  ),
  'vc_private.prompt_canaries': {
    vc_prompt_registry: {
      select: all,
      insert: all,
      update: all,
      columns: [
        'status',
        'step',
        'step_started_at',
        'carried_evidence',
        'history',
        'reason',
        'approved_by',
        'started_at',
        'ended_at',
      ],
    },
  },
  'vc_private.prompt_execution_metrics': {
    vc_prompt_registry: { select: all, insert: all, update: all },
  },
  'vc_private.prompt_embeds': { vc_prompt_registry: { select: all, insert: all } },
  'vc_private.prompt_dataset_cases': { vc_prompt_registry: { select: all, insert: all } },
  'vc_private.prompt_datasets': { vc_prompt_registry: { select: all, insert: all } },
  'vc_private.prompt_evaluation_results': { vc_prompt_registry: { select: all, insert: all } },
  'vc_private.prompt_evaluations': {
    vc_prompt_registry: {
      select: all,
      insert: all,
      update: all,
      columns: ['status', 'score', 'finished_at'],
    },
  },
  'vc_private.prompt_gates': {
    vc_prompt_registry: { select: all, insert: all, update: all, delete: all },
  },
  'vc_private.prompt_label_moves': { vc_prompt_registry: { select: all } },
  'vc_private.prompt_label_proposals': {
    vc_prompt_registry: {
      select: all,
      insert: all,
      update: all,
      columns: ['status', 'decided_by', 'decided_at'],
    },
  },
  'vc_private.feature_flag_versions': { vc_feature_flags: { select: all, insert: all } },
  'vc_private.prompt_labels': { vc_prompt_registry: { select: all, insert: all, update: all } },
  'vc_private.prompt_trial_sums': { vc_prompt_registry: { select: all, insert: all, update: all } },
  'vc_private.prompt_trial_units': { vc_prompt_registry: { select: all, insert: all } },
  'vc_private.notifications': {
    vc_job_worker: {
      select: across,
      update: across,
      columns: ['dispatched_at'],
      delete: only(across, `created_at < now() - interval '90 days'`),
    },
  },
  'vc_private.notification_deliveries': { vc_job_worker: { select: across, insert: across, update: across } },
  'vc_private.password_resets': { vc_gateway: { ...everything, columns: ['used_at'] } },
  'vc_private.llm_jobs': {
    vc_job_worker: {
      select: ownOrAcross,
      insert: ownOrAcross,
      update: ownOrAcross,
      delete: only(across, `finished_at < now() - interval '1 day'`),
    },
  },
};
