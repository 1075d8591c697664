/** Time for which a call counts as alive after its last renewal. */
export const leaseMs = 30_000;

/** Name of a call in the scripts' list of leases. */
export function leaseOf(userId: string, callId: string): string {
  return `${userId}/${callId}`;
}
