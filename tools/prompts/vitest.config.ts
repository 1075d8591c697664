import { defineProject } from 'vitest/config';
import { projectTests } from '../../vitest.shared.ts';

export default defineProject(projectTests('prompts-tool', { servers: true }));
