/** Milliseconds for which a call counts as alive after its process was last heard of. */
export const leaseMs = 30_000;

/** What the scripts call a call in the list of leases. */
export function leaseOf(userId: string, callId: string): string {
  return `${userId}/${callId}`;
}
