import type { Redis } from '@valuecanvas/redis';
import type { AdmissionControl } from './admission-control.ts';
import { leaseMs } from './lease.ts';

/** Milliseconds between two rounds; a lease survives five that fail. */
const everyMs = 5_000;

export interface LeaseKeeperOptions {
  readonly admission: Pick<AdmissionControl, 'renewLeases' | 'expireLeases'>;
  /** The connection that `admission` uses. */
  readonly redis: Redis;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** Told how many calls of processes that died were settled. */
  readonly onExpired: (calls: number) => void;
}

/**
 * One round: speaks for this process's calls and then settles those that nobody speaks for. After Redis was away all leases
 * look old, so calls are taken for lost only after a whole lease of unbroken contact, in which their processes could speak.
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

/** Goes a round at once and then every few seconds; returns the end of it. */
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
