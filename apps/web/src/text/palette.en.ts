/** Sentences of the palette in English. They load when it is opened. */
export const paletteText = {
  title: 'Search',
  label: 'Search canvases, screens and actions',
  results: 'Results',
  groups: {
    actions: 'On this page',
    screens: 'Go to',
    canvases: 'Canvases',
    users: 'Users',
    flags: 'Changes of flags',
    prompts: 'Changes of prompts',
  },
  count: (count: number) => `${count} ${count === 1 ? 'result' : 'results'}`,
  searching: 'Searching…',
  nothing: (words: string) => `Nothing found for “${words}”.`,
  failed: 'The search is incomplete, because a part of the platform did not answer. Try again in a moment.',
} as const;
