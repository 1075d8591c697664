import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { uuidV7 } from './uuid-v7.ts';

export const alice = '00000000-0000-4000-8000-00000000000a';
export const bob = '00000000-0000-4000-8000-00000000000b';

export interface UserTable {
  table: string;
  /** The service that owns it. */
  role: string;
  /** True if the owning service works across users there. */
  isSharedWork: boolean;
  /** Other services that also store rows in the table. */
  sharedWith?: readonly string[];
  /** A row's columns except user_id. */
  row: (user: string) => Record<string, unknown>;
}

const promptVersion = '019359c0-6000-7000-8000-000000000001';

/** Every table with rows of users, with a valid row. Referenced rows come first. */
export const userTables: readonly UserTable[] = [
  {
    table: 'public.canvases',
    role: 'vc_canvas',
    isSharedWork: false,
    row: (user) => ({ id: user, business_description: 'a bakery', blocks: '{}', revision: 1 }),
  },
  {
    table: 'public.canvas_revisions',
    role: 'vc_canvas',
    isSharedWork: false,
    row: (user) => ({
      canvas_id: user,
      revision: 1,
      source: 'generate',
      business_description: 'a bakery',
      blocks: '{}',
    }),
  },
  { table: 'public.llm_usage', role: 'vc_llm_router', isSharedWork: true, row: () => usageRow() },
  {
    table: 'public.cost_alerts',
    role: 'vc_llm_router',
    isSharedWork: true,
    row: () => ({
      id: randomUUID(),
      scope: 'user',
      period: 'day',
      period_start: '2024-11-23',
      level: 'warning',
      threshold_nanos: 1,
      actual_nanos: 2,
    }),
  },
  {
    table: 'public.rate_limit_violations',
    role: 'vc_llm_router',
    isSharedWork: true,
    row: () => ({
      id: randomUUID(),
      operation: 'llm.chat',
      rule: 'per_hour',
      limit_value: 10,
      window_ms: 3_600_000,
    }),
  },
  {
    table: 'public.prompt_executions',
    role: 'vc_prompt_registry',
    isSharedWork: true,
    row: (user) => ({ id: user, prompt_version_id: promptVersion, success: true }),
  },
  {
    table: 'public.feature_flag_evaluations',
    role: 'vc_feature_flags',
    isSharedWork: true,
    row: () => ({
      id: randomUUID(),
      flag_key: 'llm_caching',
      enabled: true,
      reason: 'STATIC',
      flag_version: 1,
    }),
  },
  {
    table: 'vc_private.api_keys',
    role: 'vc_gateway',
    isSharedWork: false,
    row: (user) => ({
      id: user,
      name: 'a program',
      prefix: 'vc_',
      key_hash: randomBytes(32),
      scopes: ['llm'],
    }),
  },
  {
    table: 'vc_private.canvas_shares',
    role: 'vc_canvas',
    isSharedWork: false,
    row: (user) => ({ id: randomUUID(), canvas_id: user, token_hash: randomBytes(32) }),
  },
  {
    table: 'vc_private.canvas_checks',
    role: 'vc_canvas',
    isSharedWork: false,
    row: (user) => ({ canvas_id: user, revision: 1, findings: '[]', is_complete: true }),
  },
  {
    table: 'vc_private.canvas_dismissals',
    role: 'vc_canvas',
    isSharedWork: false,
    row: (user) => ({ canvas_id: user, finding_id: randomUUID(), reason: 'no problem' }),
  },
  {
    table: 'vc_private.canvas_reservations',
    role: 'vc_canvas',
    isSharedWork: true,
    row: () => ({ canvas_id: randomUUID(), filler: randomBytes(32) }),
  },
  {
    table: 'vc_private.idempotency_keys',
    role: 'vc_canvas',
    isSharedWork: true,
    sharedWith: ['vc_gateway', 'vc_job_worker', 'vc_prompt_registry'],
    row: () => ({
      owner: 'vc_canvas',
      operation: 'canvas.generate',
      key_hash: randomBytes(32),
      request_hash: randomBytes(32),
      claim_id: randomUUID(),
      expires_at: '2024-11-24',
    }),
  },
  {
    table: 'vc_private.llm_jobs',
    role: 'vc_job_worker',
    isSharedWork: true,
    row: (user) => ({ id: user, type: 'custom_prompt', payload: '{}', tier: 'free' }),
  },
  {
    table: 'public.llm_job_results',
    role: 'vc_job_worker',
    isSharedWork: true,
    row: (user) => ({
      job_id: user,
      type: 'custom_prompt',
      content: 'an answer',
      provider: 'together_ai',
      model: 'm',
      latency_ms: 5,
    }),
  },
];

/** A row of the ledger, without its user. */
export function usageRow(time: Date = new Date()): Record<string, unknown> {
  return {
    id: uuidV7(time),
    created_at: time,
    request_id: 'r',
    operation: 'llm.chat',
    provider: 'together_ai',
    model: 'm',
    status: 'succeeded',
    cost_nanos: 5,
    latency_ms: 5,
    tier: 'free',
  };
}

export interface Insertion {
  statement: string;
  values: unknown[];
}

export function insertion(table: string, row: Record<string, unknown>): Insertion {
  const places = Object.keys(row).map((_, index) => `$${index + 1}`);
  return {
    statement: `insert into ${table} (${Object.keys(row).join(', ')}) values (${places.join(', ')})`,
    values: Object.values(row),
  };
}

/** Creates Alice and Bob, and a row of each in every table of users. */
export async function insertTwoUsers(owner: Client): Promise<void> {
  for (const user of [alice, bob]) {
    await owner.query('insert into auth.users (id, email) values ($1, $2)', [user, `${user}@example.com`]);
    for (const { table, row } of userTables) {
      const { statement, values } = insertion(table, { ...row(user), user_id: user });
      await owner.query(statement, values);
    }
  }
}
