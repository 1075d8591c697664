import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { namesOf, ScaffoldError, type ServiceNames } from './service-names.ts';
import { newFiles } from './templates.ts';

/**
 * Writes the files of a new service under `root` and adds the service to the files that list all services. Does not write
 * generated files or the lock file. Returns the written paths. Throws ScaffoldError.
 */
export async function addService(root: string, name: string, now = new Date()): Promise<string[]> {
  const names = namesOf(name, now);
  const files = [...newFiles(names), ...(await changedFiles(root, names))];
  for (const { path, content } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return files.map(({ path }) => path);
}

/** The files that list all services, each with the new one added. */
async function changedFiles(root: string, names: ServiceNames) {
  const { name, camel, port, internalPort } = names;
  const key = name.includes('-') ? `'${name}'` : name;
  const contract = `${camel}Contract`;
  const contractPackage = `@valuecanvas/contracts-${name}`;
  const change = async (path: string, edit: (text: string) => string) => ({
    path,
    content: edit(await readFile(join(root, path), 'utf8')),
  });
  return [
    await change(
      'libs/contracts/core/src/services.ts',
      before(
        '} as const satisfies',
        `  ${key}: {
    port: ${port},
    internalPort: ${internalPort},
    owns: 'describe what ${name} owns',
    essential: false,
    signs: false,
    resources: { cpu: '100m', memory: '160Mi', memoryLimit: '384Mi' },
    replicas: { minimum: 2, maximum: 3 },
  },
`,
      ),
    ),
    await change('apps/gateway/src/upstreams.ts', (text) =>
      before(
        'import { featureFlagsContract }',
        `import { ${contract} } from '${contractPackage}';\n`,
      )(before("  'job-worker': jobWorkerContract,", `  ${key}: ${contract},\n`)(text)),
    ),
    await change('apps/gateway/package.json', dependency(contractPackage)),
    await change('infrastructure/terraform/variables.tf', before('"job-worker"]', `"${name}", `)),
    await change(
      'tools/guards/test/callers.test.ts',
      before("  'job-worker': {", `  ${key}: { forAny: ['gateway'], forItself: [] },\n`),
    ),
  ];
}

/** Inserts text before a line that a file must have. */
function before(mark: string, added: string): (text: string) => string {
  return (text) => {
    if (!text.includes(mark)) throw new ScaffoldError(`There is no "${mark}" to insert before.`);
    return text.replace(mark, () => added + mark);
  };
}

function dependency(name: string): (text: string) => string {
  return (text) => {
    const manifest = JSON.parse(text) as { dependencies: Record<string, string> };
    const entries = Object.entries({ ...manifest.dependencies, [name]: '*' });
    const dependencies = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    return `${JSON.stringify({ ...manifest, dependencies }, undefined, 2)}\n`;
  };
}
