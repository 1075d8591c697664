import { migrate } from '../migrate.ts';
import {
  passwordVariable,
  type RolePasswords,
  rolePasswordsFrom,
  serviceRoles,
  services,
} from '../service-roles.ts';
import { ownerUrl, runCommand } from './run-command.ts';

await runCommand(async () => {
  const rolePasswords = rolePasswordsFrom(process.env);
  const { applied, alreadyApplied } = await migrate({
    url: ownerUrl(process.env),
    rolePasswords,
    log: console.log,
  });
  console.log(`${applied.length} migrations applied, ${alreadyApplied} were already applied.`);
  console.log(describePasswords(rolePasswords));
});

function describePasswords(passwords: RolePasswords): string {
  const untouched = services.filter((service) => passwords[serviceRoles[service]] === undefined);
  const set = `Role passwords set: ${services.length - untouched.length} of ${services.length}`;
  if (untouched.length === 0) return `${set}.`;
  return `${set}; the others stay unchanged until these are set: ${untouched.map(passwordVariable).join(', ')}.`;
}
