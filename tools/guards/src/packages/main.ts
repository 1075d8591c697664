import { readManifests } from '../manifests.ts';
import { rangeFaults, tagFaults, versionFaults } from './package-faults.ts';

const manifests = await readManifests();
const [, ...workspaces] = manifests;
const faults = [...versionFaults(manifests), ...rangeFaults(manifests), ...tagFaults(workspaces)];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${workspaces.length} workspaces: one version per dependency, one type and one scope each.`);
