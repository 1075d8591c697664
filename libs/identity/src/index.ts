export { createInternalSigner, type InternalSigner } from './internal-signer.ts';
export { createInternalVerifier, type InternalVerifier, type VerifiedIdentity } from './internal-verifier.ts';
export { createSigningKey, importPublicKeys, importSigningKey } from './signing-keys.ts';
