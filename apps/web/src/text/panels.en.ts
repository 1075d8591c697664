/** The sentences of the panels beside a canvas, which are loaded with them. */
export const panelsText = {
  answer: {
    seconds: (seconds: number) => `${seconds.toFixed(1)} s`,
    cached: 'from the cache, free',
    good: 'Good answer',
    bad: 'Bad answer',
  },
  refine: {
    title: (block: string) => `Suggestions for ${block}`,
    block: 'Block',
    wish: 'What should it heed?',
    wishExample: 'For example: cheap to try within a month',
    ask: 'Suggest',
    again: 'Suggest again',
    asking: 'Asking…',
    left: (amount: string) => `${amount} left today`,
    choose: 'Nothing changes until you add some',
    none: 'Nothing new. Ask again, or say what is missing.',
    add: (count: number) => `Add ${count}`,
    replace: (before: number, after: number) => `Replace ${before} by ${after}`,
    reasoning: 'Why these',
    arrived: (count: number, block: string) =>
      `${count} ${count === 1 ? 'suggestion' : 'suggestions'} for ${block}`,
    taken: (count: number, block: string) =>
      `${count} ${count === 1 ? 'item' : 'items'} taken over into ${block}`,
  },
  history: {
    empty: 'Nothing has changed yet.',
    legend: 'Compared:',
    onlyHere: (revision: number) => `only in revision ${revision}`,
    onlyThere: (against: number | undefined) =>
      against === undefined ? 'only in the canvas as it is' : `only in revision ${against}`,
    against: 'Compare with',
    present: 'the canvas as it is',
    restore: 'Restore this one',
    restored: (revision: number) => `Revision ${revision} was restored`,
    back: 'Back to editing',
    current: 'Now',
    added: 'added:',
    removed: 'removed:',
    sources: {
      generate: 'Written',
      edit: 'Edited',
      apply: 'Suggestions taken over',
      restore: 'Restored',
      create: 'Created',
      import: 'Imported',
    },
  },
} as const;
