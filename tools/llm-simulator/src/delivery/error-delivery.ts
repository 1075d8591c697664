import type { StatusFault } from '../faults/status-error.ts';
import { type Answered, answered, sizedHeaders } from './delivery.ts';

/** The delivery of a provider that refuses or fails with a status. */
export function errorDelivery({ error, headers }: StatusFault): Answered {
  const bytes = Buffer.from(JSON.stringify(error.body));
  const head = { status: error.status, headers: sizedHeaders('application/json', bytes.length, headers) };
  return answered({ ...head, ending: 'end', billed: false }, [{ bytes, tokens: 0 }]);
}
