import { createRequire } from 'node:module';

/** Not imported: its types would add the types of browsers to the whole workspace. */
const require = createRequire(import.meta.url);
const { parse } = require('@cdktn/hcl2json') as {
  readonly parse: (file: string, text: string) => Promise<unknown>;
};

/** Texts of the files of a module, by name. */
export type TerraformFiles = Readonly<Record<string, string>>;

/** A fault at a block of a file. */
export interface TerraformFault {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

type Body = Readonly<Record<string, unknown>>;

interface Block {
  readonly kind: string;
  readonly type: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly body: Body;
}

type Rule = (block: Block, all: readonly Block[]) => readonly string[];

/**
 * Returns the faults of a Terraform module for AWS. Expressions are not evaluated: a rule accepts only values that are written
 * down, except where a resource refers to another one. Rejects if a file is not valid HCL.
 */
export async function faultsOfTerraform(files: TerraformFiles): Promise<TerraformFault[]> {
  const blocks: Block[] = [];
  for (const [file, text] of Object.entries(files)) blocks.push(...(await blocksOf(file, text)));
  return blocks.flatMap((block) =>
    rulesFor(block)
      .flatMap((rule) => rule(block, blocks))
      .map((what) => ({ file: block.file, line: block.line, what: `${labelOf(block)} ${what}` })),
  );
}

function labelOf({ kind, type, name }: Block): string {
  return kind === 'resource' ? `${type}.${name}` : [kind, type, name].filter((part) => part !== '').join('.');
}

/** Parses the blocks with two labels (resource, data) and those with one (variable). */
async function blocksOf(file: string, text: string): Promise<Block[]> {
  const parsed = (await parse(file, text)) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const found: Block[] = [];
  const add = (kind: string, type: string, name: string, bodies: unknown) => {
    const labels = [kind, ...[type, name].filter((label) => label !== '').map((label) => `"${label}"`)];
    const at = text.split('\n').findIndex((line) => line.startsWith(`${labels.join(' ')} {`));
    for (const body of bodies as Body[]) found.push({ kind, type, name, file, line: at + 1, body });
  };
  for (const kind of ['resource', 'data'])
    for (const [type, named] of Object.entries(parsed[kind] ?? {}))
      for (const [name, bodies] of Object.entries(named as object)) add(kind, type, name, bodies);
  for (const [name, bodies] of Object.entries(parsed.variable ?? {})) add('variable', '', name, bodies);
  return found;
}

function rulesFor({ kind, type }: Block): readonly Rule[] {
  if (kind === 'variable') return [variableWithoutSecret];
  if (kind === 'data') return type === 'aws_iam_policy_document' ? [leastPrivilege] : [];
  return [withoutLiteralSecret, withoutOpenNetwork, ...(rules[type] ?? [])];
}

/** Attributes that must have these values, and blocks that must refer to the resource. */
const rules: Readonly<Record<string, readonly Rule[]>> = {
  aws_s3_bucket: [
    companion('aws_s3_bucket_versioning', 'is not versioned', ({ versioning_configuration }) =>
      has(versioning_configuration, 'status', 'Enabled'),
    ),
    companion('aws_s3_bucket_server_side_encryption_configuration', 'is not encrypted', ({ rule }) =>
      JSON.stringify(rule ?? '').includes('sse_algorithm'),
    ),
    companion('aws_s3_bucket_public_access_block', 'may become public', (body) =>
      ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].every(
        (name) => body[name] === true,
      ),
    ),
    companion('aws_s3_bucket_policy', 'accepts requests without TLS', ({ policy }, all) =>
      all.some(
        ({ kind, type, name, body }) =>
          kind === 'data' &&
          type === 'aws_iam_policy_document' &&
          String(policy).includes(`data.${type}.${name}`) &&
          JSON.stringify(body).includes('aws:SecureTransport'),
      ),
    ),
  ],
  aws_db_instance: [
    requires('storage_encrypted', true, 'is not encrypted'),
    requires('publicly_accessible', false, 'may be public'),
    requires('deletion_protection', true, 'can be deleted by mistake'),
    requires('manage_master_user_password', true, 'has a password that the state shows'),
    ({ body }) => (Number(body.backup_retention_period) > 0 ? [] : ['has no backups']),
  ],
  aws_elasticache_replication_group: [
    requires('at_rest_encryption_enabled', true, 'is not encrypted'),
    requires('transit_encryption_enabled', true, 'accepts connections without TLS'),
  ],
  aws_memorydb_cluster: [requires('tls_enabled', true, 'accepts connections without TLS')],
  aws_cloudwatch_log_group: [
    ({ body }) => (body.retention_in_days === undefined ? ['keeps logs for ever'] : []),
  ],
};

function requires(name: string, value: unknown, otherwise: string): Rule {
  return ({ body }) => (body[name] === value ? [] : [`${otherwise}: ${name} must be ${value}`]);
}

/** Requires a resource of another type that refers to the block and satisfies `holds`. */
function companion(
  type: string,
  otherwise: string,
  holds: (body: Body, all: readonly Block[]) => boolean,
): Rule {
  return (block, all) => {
    const reference = `${block.type}.${block.name}`;
    const found = all.some(
      (other) =>
        other.type === type && String(other.body.bucket).includes(reference) && holds(other.body, all),
    );
    return found ? [] : [`${otherwise}: it needs a matching ${type}`];
  };
}

function has(blocks: unknown, name: string, value: unknown): boolean {
  return Array.isArray(blocks) && blocks.some((block) => (block as Body)[name] === value);
}

function leastPrivilege({ body }: Block): readonly string[] {
  const faults: string[] = [];
  for (const statement of (body.statement ?? []) as Body[]) {
    if (statement.effect === 'Deny') continue;
    const { actions, resources, principals } = statement;
    const wildcard = (values: unknown) => Array.isArray(values) && values.includes('*');
    if ([actions].flat().some((action) => /^(?:\w[\w-]*:)?\*$/.test(String(action))))
      faults.push('allows every action of a service');
    if (wildcard(resources)) faults.push('allows its actions on every resource');
    if (Array.isArray(principals) && principals.some(({ identifiers }) => wildcard(identifiers)))
      faults.push('allows everyone');
    if (statement.not_actions !== undefined || statement.not_resources !== undefined)
      faults.push('allows everything except a list');
  }
  return faults;
}

const secretName = /(?:password|secret|token|private_key|access_key)(?:_string)?$/;

function withoutLiteralSecret({ body }: Block): readonly string[] {
  const faults: string[] = [];
  visit(body, (name, value) => {
    if (secretName.test(name) && typeof value === 'string' && value !== '' && !value.includes('${'))
      faults.push(`has a literal secret in ${name}`);
  });
  return faults;
}

function variableWithoutSecret({ name, body }: Block): readonly string[] {
  if (!secretName.test(name)) return [];
  const given = typeof body.default === 'string' && body.default !== '';
  return [
    ...(given ? ['has a literal secret as default'] : []),
    ...(body.sensitive === true ? [] : ['is printed: sensitive must be true']),
  ];
}

function withoutOpenNetwork({ body, type }: Block): readonly string[] {
  if (!/security_group/.test(type) || /egress/.test(type)) return [];
  const faults: string[] = [];
  visit(body, (name, value) => {
    const open = [value].flat().some((each) => each === '0.0.0.0/0' || each === '::/0');
    if (open && /^cidr_/.test(name)) faults.push(`accepts connections from everywhere in ${name}`);
  });
  return faults;
}

/** Visits every attribute of a block and of the blocks within, except those of outgoing traffic. */
function visit(body: unknown, see: (name: string, value: unknown) => void): void {
  if (Array.isArray(body)) {
    for (const part of body) visit(part, see);
  } else if (typeof body === 'object' && body !== null) {
    for (const [name, value] of Object.entries(body)) {
      if (name === 'egress') continue;
      see(name, value);
      visit(value, see);
    }
  }
}
