import { resetUser } from './reset-user.ts';

try {
  console.log(await resetUser(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
