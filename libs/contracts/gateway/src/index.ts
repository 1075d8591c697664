import { defineContract } from '@valuecanvas/contracts-core';
import { listUsers, updateUser } from './admin-users.ts';
import { getAuthUser, getJwks, issueToken, signUp } from './auth.ts';
import { getLiveness, getOpenApiJson, getOpenApiYaml, getReadiness, getVersion } from './platform.ts';

export { listUsers, PlatformUser, UpdateUserRequest, updateUser } from './admin-users.ts';
export { AuthSession, AuthUser, getAuthUser, getJwks, issueToken, signUp } from './auth.ts';
export {
  getLiveness,
  getOpenApiJson,
  getOpenApiYaml,
  getReadiness,
  getVersion,
  PlatformReadiness,
} from './platform.ts';

export const gatewayContract = defineContract({
  service: 'gateway',
  title: 'Gateway',
  description: 'Accounts, sessions and the state of the platform.',
  prefixes: ['/health', '/auth/v1', '/api/admin/users', '/api/openapi.json', '/api/openapi.yaml'],
  callers: [],
  routes: {
    getVersion,
    getLiveness,
    getReadiness,
    getOpenApiJson,
    getOpenApiYaml,
    signUp,
    issueToken,
    getAuthUser,
    getJwks,
    listUsers,
    updateUser,
  },
});
