import { composeFaults } from './compose/check-compose.ts';
import { dockerfileFaults } from './dockerfile/check-dockerfile.ts';
import { readDeploymentFiles } from './files.ts';
import { manifestFaults } from './kubernetes/check-manifests.ts';
import { nodeVersion } from './node-version.ts';
import { readServiceFacts } from './service-facts.ts';

// Holds manifests, Compose file and Dockerfiles against the services' configuration schemas.
const files = await readDeploymentFiles();
const services = await readServiceFacts();
const faults = [
  ...manifestFaults(files, services),
  ...composeFaults(files, services),
  ...dockerfileFaults(files, services, await nodeVersion()),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${files.size} deployment files agree with the services' configuration.`);
