export { type OlderName, olderNames } from './older-names.ts';
export { readSchemas, readServiceVariables, type ServiceVariables } from './service-variables.ts';
export { backupVariables, composeVariables, toolVariables } from './tool-variables.ts';
export { type Variable, variableOf } from './variable.ts';
