import { defineContract } from '@valuecanvas/contracts-core';
import { deleteAccount, deleteUser } from './account-deletion.ts';
import { exportAccount } from './account-export.ts';
import { getUser, listUserApiKeys, listUsers, revokeUserApiKey, updateUser } from './admin-users.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { listAuditRecords } from './audit.ts';
import { getAuthUser, getJwks, issueToken, logOut, recover, signUp, updateAuthUser } from './auth.ts';
import {
  closeBrowserSession,
  getBrowserSession,
  openBrowserSession,
  signUpBrowser,
} from './browser-session.ts';
import { securitySchemes } from './credentials.ts';
import { createPasswordResetLink, requestPasswordReset, resetPassword } from './password-reset.ts';
import {
  getDocs,
  getDocsAsset,
  getLiveness,
  getOpenApiJson,
  getOpenApiYaml,
  getReadiness,
  getUpgradePage,
  getVersion,
} from './platform.ts';
import { getSite } from './site.ts';
import { supabaseAuth } from './supabase-auth.ts';

export { DeleteAccountRequest, deleteAccount } from './account-deletion.ts';
export { PlatformUser, UpdateUserRequest } from './admin-users.ts';
export { ApiKey, CreateApiKeyRequest, CreatedApiKey, elevatedKeyMaxDays } from './api-keys.ts';
export { AuthSession, AuthUser, issueToken, type LogOutScope, updateAuthUser } from './auth.ts';
export { BrowserSession, openBrowserSession, signUpBrowser } from './browser-session.ts';
export { csrfTokenHeader, sessionCookieNames } from './credentials.ts';
export {
  createPasswordResetLink,
  PasswordResetLink,
  requestPasswordReset,
  resetPassword,
} from './password-reset.ts';
export { getLiveness, getReadiness, getVersion, PlatformReadiness } from './platform.ts';
export { DemoAccount } from './site.ts';
export { supabaseAuth };

export const gatewayContract = defineContract({
  service: 'gateway',
  title: 'Gateway',
  description: 'Accounts, sessions, API keys and the state of the platform.',
  prefixes: [
    '/health',
    '/auth/v1',
    '/auth/session',
    '/api/admin/users',
    '/api/admin/audit',
    '/api/keys',
    '/api/user',
    '/api/site',
    '/api/openapi.json',
    '/api/openapi.yaml',
    '/api/docs',
    '/upgrade',
  ],
  dialects: { '/auth/v1': supabaseAuth },
  securitySchemes,
  callers: [],
  routes: {
    getVersion,
    getLiveness,
    getReadiness,
    getSite,
    getOpenApiJson,
    getOpenApiYaml,
    getDocs,
    getDocsAsset,
    getUpgradePage,
    signUp,
    issueToken,
    recover,
    getAuthUser,
    updateAuthUser,
    logOut,
    getJwks,
    openBrowserSession,
    signUpBrowser,
    getBrowserSession,
    closeBrowserSession,
    requestPasswordReset,
    resetPassword,
    createPasswordResetLink,
    listApiKeys,
    createApiKey,
    revokeApiKey,
    listUsers,
    getUser,
    updateUser,
    deleteUser,
    deleteAccount,
    listUserApiKeys,
    revokeUserApiKey,
    exportAccount,
    listAuditRecords,
  },
});
