import type { TestAnswer } from '@valuecanvas/testing';
import type { TestGateway } from './start-gateway.ts';

/** Creates a user with an API key of the given scopes. */
export async function createKeyOfUser(
  gateway: TestGateway,
  request: { readonly scopes?: readonly string[]; readonly expiresAt?: string } = {},
) {
  const { body: session } = await gateway.signUp();
  const owner = { authorization: `Bearer ${session.access_token}` };
  const { body } = await postKey(gateway, owner, { name: 'a program', scopes: ['llm'], ...request });
  return {
    owner,
    userId: session.user.id as string,
    key: body.data.key as string,
    id: body.data.id as string,
  };
}

export function postKey(
  gateway: TestGateway,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<TestAnswer> {
  return gateway.service.request('/api/keys', { method: 'POST', headers, body });
}
