import { decodeJwt, importJWK, type JWK, SignJWT } from 'jose';
import type { Attack } from './attack.ts';
import { each } from './each.ts';
import { at } from './fields.ts';
import { type Forgery, forgeTokens, internalToken } from './forged-tokens.ts';
import { questionOf } from './operations.ts';

/** Every protected route, with each kind of invalid token. */
export async function attackCredentials(attack: Attack): Promise<void> {
  const { target, check, keys, alice } = attack;
  const forgeries: Forgery[] = [];
  await check('a valid token is accepted, so that refusals are meaningful', async (found) => {
    const tokens = [alice.token, ...(keys ? [await signAgain(alice.token, keys.access)] : [])];
    for (const token of tokens) {
      const { status } = await target.send({ path: '/api/canvas', token });
      if (status !== 200) found(`GET /api/canvas answered ${status}`);
    }
    const jwks = await target.send({ path: '/auth/v1/.well-known/jwks.json' });
    const published = (at(jwks.json, 'keys') ?? []) as JWK[];
    const secret = published.find((jwk) => 'd' in jwk || jwk.kty === 'oct');
    if (secret) found(`the key ${secret.kid} is published with its secret half`);
    forgeries.push(...(await forgeTokens(alice.token, published, keys)));
    return `${tokens.length} tokens, ${published.length} published keys`;
  });
  for (const forgery of forgeries) await attackWith(attack, forgery);
  await check('an internal token in its own header is ignored', async (found) => {
    const identity = await internalToken(decodeJwt(alice.token), keys);
    const { status } = await target.send({ path: '/api/canvas', headers: { 'x-vc-identity': identity } });
    if (status !== 401) found(`GET /api/canvas answered ${status}`);
    return '401';
  });
}

async function attackWith({ target, check, operations }: Attack, { what, token }: Forgery): Promise<void> {
  const guarded = operations.filter((operation) => operation.guarded);
  await check(`access is refused with ${what}`, async (found) => {
    await each(guarded, async (operation) => {
      const question = { ...questionOf(operation), token };
      const { status } = await target.send(question);
      if (status !== 401) found(`${question.method} ${operation.path} answered ${status}`);
    });
    return `401 from ${guarded.length} routes`;
  });
}

/** Valid claims, from which the forgeries derive. */
async function signAgain(token: string, key: JWK): Promise<string> {
  return new SignJWT(decodeJwt(token))
    .setProtectedHeader({ alg: 'ES256', kid: key.kid ?? '', typ: 'JWT' })
    .sign(await importJWK(key, 'ES256'));
}
