import { serviceNames } from '@valuecanvas/contracts-core';
import { type Trial, tryMigration, tryService, trySimulator } from './try-image.ts';

export interface ImageToCheck {
  readonly name: string;
  readonly dockerfile: string;
  /** Begins of the paths of what it is made of, beside what installs depend on. */
  readonly sources: readonly string[];
  readonly trial: Trial;
}

/** Every image of the platform. */
export const imagesToCheck: readonly ImageToCheck[] = [
  ...serviceNames.map((name) => ({
    name,
    dockerfile: `apps/${name}/Dockerfile`,
    sources: [`apps/${name}/`, 'libs/', 'tools/build/', 'supabase/', 'tsconfig.base.json'],
    trial: tryService(name),
  })),
  {
    name: 'migrate',
    dockerfile: 'tools/database/Dockerfile',
    sources: ['tools/database/', 'supabase/'],
    trial: tryMigration,
  },
  {
    name: 'llm-simulator',
    dockerfile: 'tools/llm-simulator/Dockerfile',
    sources: ['tools/llm-simulator/'],
    trial: trySimulator,
  },
];
