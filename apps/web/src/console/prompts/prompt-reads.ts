import { useQueryClient } from '@tanstack/react-query';
import type { ResultOf } from '@valuecanvas/web-client';
import { useApi } from '../../api.tsx';
import { usePages } from '../../parts/use-pages.ts';

export type Version = ResultOf<'listPromptVersions'>['items'][number];
export type Label = ResultOf<'listPromptLabels'>['items'][number];

/** The environment and the label of the active version. */
export const defaultEnvironment = 'default';
export const productionLabel = 'production';

/** Versions of a prompt, newest first. */
export function useVersions(promptKey: string) {
  const api = useApi();
  return usePages(['listPromptVersions', promptKey], (page, options) =>
    api.call.listPromptVersions({ query: { promptKey, limit: 100, ...page } }, options),
  );
}

/** Labels of a prompt in all environments. */
export function useLabels(promptKey: string) {
  const api = useApi();
  return usePages(['listPromptLabels', promptKey], (page, options) =>
    api.call.listPromptLabels({ params: { promptKey }, query: { limit: 100, ...page } }, options),
  );
}

const changing = [
  'listPrompts',
  'listPromptVersions',
  'listPromptLabels',
  'listPromptLabelMoves',
  'listPromptLabelProposals',
] as const;

/** Returns a function that reads prompts again after a change. */
export function useRefreshPrompts(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all(changing.map((name) => queries.invalidateQueries({ queryKey: [name] })));
  };
}

export function isProduction({ label, environment }: Pick<Label, 'label' | 'environment'>): boolean {
  return label === productionLabel && environment === defaultEnvironment;
}
