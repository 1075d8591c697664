export { type Drain, type DrainOptions, startDrain } from './create-drain.ts';
export { createJournal, type Journal } from './create-journal.ts';
export { journalVariables } from './variables.ts';
