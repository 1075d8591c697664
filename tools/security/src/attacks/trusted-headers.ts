import { decodeJwt } from 'jose';
import type { Attack } from './attack.ts';
import { internalToken } from './forged-tokens.ts';

/** Headers that services behind the gateway trust. */
export async function attackTrustedHeaders({ target, check, keys, alice, bob }: Attack): Promise<void> {
  const identity = await internalToken(decodeJwt(alice.token), keys);
  const asAlice = {
    'x-vc-identity': identity,
    'X-VC-Identity': identity,
    'x-vc-user': alice.id,
    'x-vc-user-id': alice.id,
    'x-vc-role': 'admin',
    'x-vc-tier': 'enterprise',
    'x-vc-scopes': 'llm',
    'x-user-id': alice.id,
    'x-forwarded-user': alice.email,
    'x-remote-user': alice.email,
  };
  await check('internal headers from outside are ignored', async (found) => {
    for (const [name, value] of Object.entries(asAlice)) {
      const headers = { [name]: value };
      const list = await target.send({ path: '/api/canvas', token: bob.token, headers });
      if (list.status !== 200 || list.text.includes(alice.id))
        found(`${name}: the list answered ${list.status}`);
      const admin = await target.send({ path: '/api/admin/users', token: bob.token, headers });
      if (admin.status !== 403) found(`${name}: an admin's route answered ${admin.status}`);
      const anonymous = await target.send({ path: '/api/canvas', headers });
      if (anonymous.status !== 401) found(`${name} alone: the list answered ${anonymous.status}`);
    }
    return `${Object.keys(asAlice).length} headers`;
  });
  await check('the Connection header cannot remove the user’s identity', async (found) => {
    const options = [
      'x-vc-identity',
      'x-vc-identity, authorization',
      'x-request-id, x-vc-deadline-ms',
      'authorization',
    ];
    for (const option of options) {
      const headers = { connection: `close, ${option}`, 'x-vc-identity': identity };
      const list = await target.send({ path: '/api/canvas', token: bob.token, headers });
      if (list.text.includes(alice.id) || ![200, 400, 401].includes(list.status)) {
        found(`Connection: ${option}: the list answered ${list.status}`);
      }
      const admin = await target.send({ path: '/api/admin/costs', token: bob.token, headers });
      if (![400, 401, 403].includes(admin.status))
        found(`Connection: ${option}: costs answered ${admin.status}`);
    }
    return `${options.length} lists`;
  });
  await check('no header changes the path, method or host', async (found) => {
    const tricks = {
      'x-original-url': '/api/admin/users',
      'x-rewrite-url': '/api/admin/users',
      'x-forwarded-prefix': '/api/admin',
      'x-forwarded-host': 'probe.example',
      'x-host': 'probe.example',
      forwarded: 'host=probe.example;proto=https',
      host: 'probe.example',
    };
    const usual = await target.send({ path: '/health/live' });
    for (const [name, value] of Object.entries(tricks)) {
      const answer = await target.send({
        path: '/health/live',
        token: bob.token,
        headers: { [name]: value },
      });
      // A proxy in front may refuse foreign hosts.
      if (answer.status !== usual.status && !(name === 'host' && answer.status >= 400)) {
        found(`${name}: answered ${answer.status}`);
      }
      if (JSON.stringify([answer.headers, answer.text]).includes('probe.example'))
        found(`${name} comes back`);
    }
    return `${Object.keys(tricks).length} headers`;
  });
}
