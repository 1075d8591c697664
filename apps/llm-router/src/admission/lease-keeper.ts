import type { Redis } from '@valuecanvas/redis';
import type { AdmissionControl } from './admission-control.ts';
import { leaseMs } from './lease.ts';

/** Interval between rounds; a lease survives five failed rounds. */
const everyMs = 5_000;

export interface LeaseKeeperOptions {
  readonly admission: Pick<AdmissionControl, 'renewLeases' | 'expireLeases'>;
  /** The connection that `admission` uses. */
  readonly redis: Redis;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** Receives the number of calls settled as lost. */
  readonly onExpired: (calls: number) => void;
}

/**
 * One round: renews this process's leases, then settles calls with expired leases. After an outage of Redis all leases look
 * expired, so calls are settled as lost only after one lease of uninterrupted contact, in which their processes could renew.
 */
export function createLeaseRound(options: LeaseKeeperOptions): () => Promise<void> {
  const { admission, redis, now, onError } = options;
  let inContactSince: number | undefined;
  const lose = () => {
    inContactSince = undefined;
  };
  redis.on('close', lose);

  return async () => {
    try {
      await admission.renewLeases();
      inContactSince ??= now();
      if (now() - inContactSince <= leaseMs) return;
      const expired = await admission.expireLeases();
      if (expired > 0) options.onExpired(expired);
    } catch (error) {
      lose();
      onError(error);
    }
  };
}

/** Renews leases now and every 5 s. Returns a stop function. */
export function startLeaseKeeper(options: LeaseKeeperOptions): () => void {
  const round = createLeaseRound(options);
  let running = false;
  const go = async () => {
    if (running) return;
    running = true;
    await round();
    running = false;
  };
  const timer = setInterval(() => void go(), everyMs);
  timer.unref();
  void go();
  return () => clearInterval(timer);
}
