export { type AuditJournal, createAuditJournal } from './audit-journal.ts';
export { type BestEffortJournal, createBestEffortJournal } from './create-best-effort-journal.ts';
export { createJournal, type Journal } from './create-journal.ts';
export { drainIntoTable } from './drain-into-table.ts';
export { createFactReader } from './read-facts.ts';
export type { Drain } from './start-drain.ts';
export { streamOf } from './streams.ts';
export { journalVariables } from './variables.ts';
