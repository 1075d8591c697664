import { seed } from '../seed.ts';
import { ownerUrl, runCommand } from './run-command.ts';

await runCommand(async () => {
  await seed({ url: ownerUrl(process.env) });
  console.log('Sample data added, provided that the demo user exists.');
});
