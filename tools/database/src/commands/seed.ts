import { seed } from '../seed.ts';
import { ownerUrl, runCommand } from './run-command.ts';

await runCommand(async () => {
  await seed({ url: ownerUrl(process.env) });
  console.log('The sample data are there, if the demo user is.');
});
