export { createJournal, type Journal } from './create-journal.ts';
export { createSparseJournal, type SparseJournal } from './create-sparse-journal.ts';
export { type Drain, type DrainOptions, startDrain } from './start-drain.ts';
export { streamOf } from './streams.ts';
export { journalVariables } from './variables.ts';
