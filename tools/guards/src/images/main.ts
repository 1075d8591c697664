import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../root.ts';
import { runAsInstalled } from './run-as-installed.ts';

// npm run check:images [-- <name>...]: runs each image's program from a production install, without a container.
// npm run check:images -- --real: builds every Dockerfile and smoke-tests the whole platform in containers.
const { values, positionals } = parseArgs({ allowPositionals: true, options: { real: { type: 'boolean' } } });

if (values.real) {
  const script = fileURLToPath(new URL('./real-images.sh', import.meta.url));
  const [code] = await once(spawn('bash', [script], { cwd: root, stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
} else {
  const faults = await runAsInstalled(positionals);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
