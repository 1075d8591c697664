export { createDatabase, type Database } from './create-database.ts';
export { isMissingPartition, isRefusedData } from './map-errors.ts';
export { type DatabaseKit, openDatabase } from './open-database.ts';
export { type ListOrder, listOrder, selectPage } from './select-page.ts';
export {
  acrossUsers,
  asUser,
  type BeforeCommit,
  recordAudit,
  recordNotification,
  type Transaction,
} from './transactions.ts';
export { postgresVariables } from './variables.ts';
