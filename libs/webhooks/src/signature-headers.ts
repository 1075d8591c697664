import { createHmac } from 'node:crypto';

/** A secret is `whsec_` and 24 to 64 bytes in base64. While it is replaced, the new and the former one, separated by a comma. */
export const webhookSecretPattern = '^whsec_[A-Za-z0-9+/]{32,86}={0,2}(,whsec_[A-Za-z0-9+/]{32,86}={0,2})?$';

/**
 * Signs a message as the Standard Webhooks specification 1.0 says: HMAC-SHA256 over ID, time and body, one signature for each
 * secret. Receivers refuse old times, so a recorded request cannot be repeated. They recognise a repeated delivery by the ID.
 */
export function signatureHeaders(
  message: { readonly id: string; readonly body: string; readonly at: Date },
  secrets: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(message.at.getTime() / 1_000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.split(',').map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
