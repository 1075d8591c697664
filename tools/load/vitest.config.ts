import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { projectTests } from '../../vitest.shared.ts';

const standIn = (module: string) => fileURLToPath(new URL(`test/k6/${module}.ts`, import.meta.url));

/** k6 has these modules built in, and Node has not. */
const alias = [
  { find: /^k6$/, replacement: standIn('k6') },
  ...['execution', 'http', 'metrics'].map((name) => ({ find: `k6/${name}`, replacement: standIn(name) })),
];

export default defineProject({ ...projectTests('load'), resolve: { alias } });
