import { previousTag } from './releases.ts';
import { rollBack } from './roll-back.ts';

// npm run check:rollback [-- <commit>]: rolls this release back to an earlier one, by default the newest tag before it, and
// forward again, on one database. Takes a few minutes: it installs the earlier release.
const commit = process.argv[2] ?? previousTag();
if (commit === undefined) {
  console.error('There is no earlier tag. Name the commit of a release: npm run check:rollback -- <commit>');
  process.exitCode = 2;
} else {
  const faults = await rollBack(commit, console.log);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
