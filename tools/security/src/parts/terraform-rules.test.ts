import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../run-command.ts';
import { faultsOfTerraform } from './terraform-rules.ts';

const folder = join(projectRoot, 'infrastructure/terraform');
const names = (await readdir(folder)).filter((name) => name.endsWith('.tf'));
const files = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
);

/** Replaces text in one file of the repository's module. */
function changed(file: string, right: string, wrong: string) {
  const text = files[file] ?? '';
  expect(text).toContain(right);
  return { ...files, [file]: text.replace(right, wrong) };
}

test("the repository's module has no fault", async () => {
  expect(names.length).toBeGreaterThan(5);
  expect(await faultsOfTerraform(files)).toEqual([]);
});

test.each([
  ['buckets.tf', '    status = "Enabled"\n  }', '    status = "Suspended"\n  }', 'is not versioned'],
  ['buckets.tf', 'block_public_policy     = true', 'block_public_policy     = false', 'may become public'],
  ['buckets.tf', 'aws:SecureTransport', 'aws:SourceIp', 'without TLS'],
  ['databases.tf', 'storage_encrypted           = true', 'storage_encrypted = false', 'is not encrypted'],
  ['databases.tf', 'publicly_accessible         = false', 'publicly_accessible = true', 'may be public'],
  ['databases.tf', 'backup_retention_period   = 14', 'backup_retention_period = 0', 'has no backups'],
  [
    'databases.tf',
    'manage_master_user_password = true',
    'password = "hunter2"',
    'a literal secret in password',
  ],
  ['databases.tf', 'transit_encryption_enabled = true', 'transit_encryption_enabled = false', 'without TLS'],
  ['databases.tf', 'tls_enabled              = true', 'tls_enabled = false', 'without TLS'],
  [
    'databases.tf',
    'referenced_security_group_id = each.value.client',
    'cidr_ipv4 = "0.0.0.0/0"',
    'accepts connections from everywhere',
  ],
  ['logs.tf', '  retention_in_days = var.log_retention_days\n', '', 'keeps logs for ever'],
  ['roles.tf', 'actions   = ["s3:ListBucket"]', 'actions   = ["*"]', 'allows every action of a service'],
  [
    'roles.tf',
    '[aws_secretsmanager_secret.this[each.key].arn]',
    '["*"]',
    'allows its actions on every resource',
  ],
  ['roles.tf', 'identifiers = [var.oidc_provider_arn]', 'identifiers = ["*"]', 'allows everyone'],
])('in %s, %j instead of %j is found', async (file, right, wrong, what) => {
  const faults = await faultsOfTerraform(changed(file, right, wrong));
  expect(faults).toContainEqual({
    file,
    line: expect.toSatisfy((line: number) => line > 0),
    what: expect.stringContaining(what),
  });
});

test('a variable for a secret is sensitive and has no default', async () => {
  const text = 'variable "admin_password" {\n  type = string\n  default = "hunter2"\n}\n';
  expect((await faultsOfTerraform({ 'own.tf': text })).map(({ what }) => what)).toEqual([
    'variable.admin_password has a literal secret as default',
    'variable.admin_password is printed: sensitive must be true',
  ]);
});

test('a file that is not HCL is an error, not a module without faults', async () => {
  await expect(faultsOfTerraform({ 'own.tf': 'resource "a" {' })).rejects.toThrow(/own\.tf/);
});
