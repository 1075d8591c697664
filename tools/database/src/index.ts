export { createBackupKey } from './backup/encryption.ts';
export { withClient } from './connection.ts';
export { DatabaseToolError } from './database-tool-error.ts';
export { cloneDatabase, createDatabase, type DatabaseName, dropDatabase } from './databases.ts';
export { type MigrateOptions, type MigrateResult, migrate } from './migrate.ts';
export { newestMigration } from './migration-files.ts';
export { seed } from './seed.ts';
export {
  passwordVariable,
  type RolePasswords,
  rolePasswordsFrom,
  type Service,
  type ServiceRole,
  serviceRoles,
  services,
} from './service-roles.ts';
export { createTemplateDatabase, type TemplateOptions } from './template-database.ts';
