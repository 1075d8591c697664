import { readManifests } from '../manifests.ts';
import { rangeFaults, tagFaults, versionFaults } from './package-faults.ts';
import { readSources, undeclaredFaults } from './undeclared-imports.ts';

const manifests = await readManifests();
const [top, ...workspaces] = manifests;
const faults = [...versionFaults(manifests), ...rangeFaults(manifests), ...tagFaults(workspaces)];
for (const workspace of workspaces) {
  faults.push(...undeclaredFaults(top, workspace, await readSources(workspace)));
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else
  console.log(
    `${workspaces.length} workspaces: one version per dependency, one type and one scope each, all imports declared.`,
  );
