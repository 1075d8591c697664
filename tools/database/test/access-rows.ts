import { randomBytes, randomUUID } from 'node:crypto';
import { type Client, escapeLiteral } from 'pg';
import { alice, bob, userTables } from './two-users.ts';

type Row = Record<string, unknown>;

/** Different numbers of rows per user, so that access to another user's rows cannot be mistaken for access to one's own. */
const rowsOf = new Map([
  [alice, 1],
  [bob, 2],
]);

/** Columns that must differ between a user's rows, by row number. */
const changes: Readonly<Record<string, (user: string, number: number) => Row>> = {
  'public.canvas_revisions': (user, number) => ({ canvas_id: numbered(user, 1), revision: number }),
  'vc_private.canvas_checks': (user, number) => ({ canvas_id: numbered(user, 1), revision: number }),
  'vc_private.canvas_dismissals': (user) => ({ canvas_id: numbered(user, 1) }),
  'vc_private.canvas_shares': (user) => ({ canvas_id: numbered(user, 1) }),
  'public.cost_alerts': (_user, number) => ({ period_start: `2024-11-${10 + number}` }),
  'public.llm_job_results': (user, number) => ({
    job_id: numbered(user, number === next ? jobWithoutResult : number),
  }),
};

/** Number of the row that a speaker tries to insert. */
const next = 3;
const jobWithoutResult = 4;

/** Rows of tables without users, or not read by their users: existing rows and a new one. */
const otherRows: Readonly<Record<string, { readonly there: readonly Row[]; readonly another: Row }>> = {
  'auth.users': { there: [], another: { id: randomUUID(), email: 'carol@example.com' } },
  'public.ab_tests': { there: [abTest()], another: abTest() },
  'public.backup_logs': { there: [backup()], another: backup() },
  'public.feature_flags': { there: [], another: { key: 'just_made', name: 'Just made' } },
  'public.prompt_versions': { there: [prompt(1), prompt(2)], another: prompt(3) },
  'vc_private.account_deletions': { there: [{ user_id: randomUUID() }], another: { user_id: randomUUID() } },
  'vc_private.audit_log': { there: [entry(), { ...entry(), at: '2024-11-23' }], another: entry() },
  'vc_private.auth_sessions': { there: [{ id: bob, user_id: bob }], another: { id: alice, user_id: alice } },
  'vc_private.auth_refresh_tokens': { there: [refreshToken()], another: refreshToken() },
  'vc_private.browser_sessions': { there: [browserSession()], another: browserSession() },
  'vc_private.prompt_datasets': { there: [dataset(1)], another: dataset(2) },
  'vc_private.prompt_dataset_cases': { there: [datasetCase(1)], another: datasetCase(2) },
  'vc_private.prompt_evaluations': { there: [evaluation(alice)], another: evaluation(bob) },
  'vc_private.prompt_evaluation_results': { there: [evaluationResult(1)], another: evaluationResult(2) },
  'vc_private.prompt_gates': { there: [gate('staging')], another: gate('preview') },
  'vc_private.feature_flag_versions': { there: [flagVersion(1)], another: flagVersion(2) },
  'vc_private.prompt_labels': { there: [label('staging')], another: label('preview') },
  'vc_private.prompt_label_proposals': { there: [proposal()], another: proposal() },
  'vc_private.prompt_canaries': { there: [canary()], another: canary() },
  'vc_private.prompt_execution_metrics': {
    there: [executionMetric('score')],
    another: executionMetric('conversion'),
  },
  'vc_private.prompt_label_moves': { there: [], another: labelMove() },
  'vc_private.prompt_trial_sums': { there: [trialSum()], another: trialSum() },
  'vc_private.prompt_trial_units': { there: [trialUnit()], another: trialUnit() },
  'vc_private.prompt_embeds': { there: [embed(0)], another: embed(1) },
  'vc_private.notifications': {
    there: [notification(alice), { ...notification(bob), created_at: '2024-11-23' }],
    another: notification(randomUUID()),
  },
  'vc_private.notification_deliveries': {
    there: [{ notification_id: alice, channel: 'webhook' }],
    another: { notification_id: bob, channel: 'webhook' },
  },
  'vc_private.password_resets': { there: [passwordReset()], another: passwordReset() },
};

/** Fills every table. */
export async function insertRows(owner: Client): Promise<void> {
  for (const [user, count] of rowsOf) {
    await owner.query('insert into auth.users (id, email) values ($1, $2)', [user, `${user}@example.com`]);
    for (const { table } of userTables) {
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      if (table === 'vc_private.llm_jobs') numbers.push(jobWithoutResult);
      for (const number of numbers) await owner.query(insertOf(table, userRow(table, user, number)));
    }
  }
  for (const [table, { there }] of Object.entries(otherRows)) {
    for (const row of there) await owner.query(insertOf(table, row));
  }
}

/** Inserts of a new row into a table by owner: one for each user if rows belong to users, else one. */
export function newRows(table: string): Map<string | undefined, string> {
  const other = otherRows[table];
  if (other) return new Map([[undefined, insertOf(table, other.another)]]);
  return new Map([...rowsOf.keys()].map((user) => [user, insertOf(table, userRow(table, user, next))]));
}

function userRow(table: string, user: string, number: number): Row {
  const row = userTables.find((candidate) => candidate.table === table)?.row(numbered(user, number));
  if (!row) throw new Error(`There is no row for ${table}: add it in two-users.ts or access-rows.ts.`);
  return { ...row, ...changes[table]?.(user, number), user_id: user };
}

/** Returns a user-specific id for each number. */
function numbered(user: string, number: number): string {
  return user.replace(/^0{8}/, String(number).padStart(8, '0'));
}

function insertOf(table: string, row: Row): string {
  const values = Object.values(row).map((value) => (value === null ? 'null' : escapeLiteral(textOf(value))));
  return `insert into ${table} (${Object.keys(row).join(', ')}) values (${values.join(', ')})`;
}

function textOf(value: unknown): string {
  if (value instanceof Buffer) return `\\x${value.toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
}

function abTest(): Row {
  return { id: randomUUID(), name: 'a test', prompt_key: 'canvas.generate', arms: '[]', metric: 'rating' };
}

function canary(): Row {
  return {
    id: randomUUID(),
    prompt_key: 'canvas.secret',
    environment: 'default',
    baseline_version: 1,
    candidate_version: 2,
    status: 'aborted',
    steps: '[]',
    guardrails: '{}',
    created_by: alice,
  };
}

function executionMetric(metric: string): Row {
  return { execution_id: numbered(alice, 1), metric, value: 1 };
}

function trialSum(): Row {
  return {
    trial_id: randomUUID(),
    step: 0,
    arm: 'control',
    metric: 'cost',
    count: 1,
    sum: 2,
    sum_of_squares: 4,
  };
}

function trialUnit(): Row {
  return { trial_id: randomUUID(), unit_hash: Buffer.from('u'), arm: 'control' };
}

function backup(): Row {
  return { id: randomUUID(), kind: 'full', status: 'started' };
}

/** A draft, which is invisible to clients. */
function prompt(version: number): Row {
  return { id: randomUUID(), prompt_key: 'canvas.secret', version, template: 'x', status: 'draft' };
}

function label(name: string): Row {
  return { prompt_key: 'canvas.secret', environment: 'default', label: name, version: 1 };
}

function proposal(): Row {
  return { id: randomUUID(), ...label('staging'), proposed_by: alice };
}

function embed(ordinal: number): Row {
  const initialVersion = '019359c0-6000-7000-8000-000000000001';
  return { version_id: initialVersion, ordinal, prompt_key: 'canvas.secret', version: 1 };
}

function dataset(version: number): Row {
  const id = version === 1 ? alice : bob;
  const content = { content_hash: '0'.repeat(64), graders: '[]', case_count: 1 };
  return { id, name: 'canvas.secret', version, ...content };
}

function datasetCase(position: number): Row {
  return { dataset_id: alice, position, content: '{}' };
}

function evaluation(id: string): Row {
  return {
    id,
    prompt_key: 'canvas.secret',
    version: 1,
    dataset_id: alice,
    concurrency: 1,
    created_by: alice,
  };
}

function evaluationResult(position: number): Row {
  const outcome = { score: 1, weight: 1, passed: true, critical_failure: false, grades: '[]' };
  return { evaluation_id: alice, position, ...outcome };
}

function gate(label: string): Row {
  const position = { prompt_key: 'canvas.secret', environment: 'default', label };
  return { ...position, dataset_name: 'canvas.secret', minimum_score: 1, set_by: alice };
}

function flagVersion(version: number): Row {
  return { flag_key: 'llm_caching', version, settings: '{}' };
}

function labelMove(): Row {
  return { prompt_key: 'canvas.secret', environment: 'default', label: 'staging', moved_at: '2024-11-23' };
}

function entry(): Row {
  return { id: randomUUID(), actor: 'user', action: 'admin.updateUser', target_kind: 'user', subject: alice };
}

function notification(id: string): Row {
  return {
    id,
    key: id,
    kind: 'a kind',
    severity: 'info',
    title: 'T',
    message: 'M',
    occurred_at: '2024-11-23',
  };
}

function refreshToken(): Row {
  return { token_hash: randomBytes(32), session_id: bob };
}

function browserSession(): Row {
  return {
    cookie_hash: randomBytes(32),
    user_id: bob,
    sealed_tokens: randomBytes(8),
    expires_at: new Date(),
  };
}

function passwordReset(): Row {
  return {
    token_hash: randomBytes(32),
    user_id: bob,
    is_mailed: true,
    created_at: new Date(),
    expires_at: new Date(),
  };
}
