import { type ServiceName, serviceTable } from '@valuecanvas/contracts-core';
import { importPublicKeys, importSigningKey } from '@valuecanvas/identity';
import { jwtVerify, SignJWT } from 'jose';
import { type Check, Finding } from '../check.ts';
import { type Configuration, servicesByValue, textOf } from '../configurations.ts';

/** Checks that the services accept each other's tokens: each signing key belongs to the public key under its name. */
export function keyChecks(configurations: readonly Configuration[]): Check[] {
  return servicesByValue(configurations, 'INTERNAL_PUBLIC_KEYS').map(({ value }) => ({
    what: 'keys of internal tokens',
    todo: 'npm run secrets:generate creates matching keys.',
    async run() {
      const publicKeys = await importPublicKeys(value);
      const signers = configurations.filter(({ service }) => serviceTable[service].signs);
      const wrong: ServiceName[] = [];
      for (const configuration of signers) {
        const { service } = configuration;
        const key = await importSigningKey(textOf(configuration, 'INTERNAL_SIGNING_KEY') ?? '');
        const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(key);
        const publicKey = publicKeys.get(service);
        const accepted =
          publicKey &&
          (await jwtVerify(token, publicKey).then(
            () => true,
            () => false,
          ));
        if (!accepted) wrong.push(service);
      }
      if (wrong.length > 0)
        throw new Finding(
          'failed',
          `INTERNAL_PUBLIC_KEYS does not have the public key of ${wrong.join(', ')}.`,
          'Each service signs with its own key, and INTERNAL_PUBLIC_KEYS has the public half of each.',
        );
      return `${signers.length} signing keys match`;
    },
  }));
}
