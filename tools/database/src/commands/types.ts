import { withClient } from '../connection.ts';
import { DatabaseToolError } from '../database-tool-error.ts';
import { migrate } from '../migrate.ts';
import { withScratchDatabase } from '../scratch-database.ts';
import { staleFiles, tableTypesFiles, writeFiles } from '../table-types/table-types-files.ts';
import { runCommand } from './run-command.ts';

await runCommand(async () => {
  const files = await withScratchDatabase(process.env.MIGRATION_DATABASE_URL || undefined, async (url) => {
    await migrate({ url });
    return withClient(url, tableTypesFiles);
  });
  if (process.argv.includes('--check')) {
    const stale = (await staleFiles(files)).map(({ path }) => path);
    if (stale.length === 0) return console.log('The table types match the migrations.');
    throw new DatabaseToolError(`Stale table types: ${stale.join(', ')}. Run npm run db:types.`);
  }
  const written = await writeFiles(files);
  console.log(written.length === 0 ? 'Nothing changed.' : `Wrote ${written.join(', ')}.`);
});
