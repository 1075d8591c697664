import Type from 'typebox';
import Value from 'typebox/value';
import { request } from 'undici';

/** A service's state, as its readiness reports it. */
export interface PartState {
  readonly status: 'up' | 'down';
  readonly checks: Record<string, 'up' | 'down'>;
}

const Report = Type.Object({ checks: Type.Record(Type.String(), Type.Enum(['up', 'down'])) });

/** Reads a service's readiness on its internal port. A service that does not answer in time is down. */
export async function probeService(internalUrl: string, timeoutMs: number): Promise<PartState> {
  try {
    const { statusCode, body } = await request(new URL('/health/ready', internalUrl), {
      signal: AbortSignal.timeout(timeoutMs),
    });
    const report: unknown = await body.json();
    const checks = Value.Check(Report, report) ? report.checks : {};
    return { status: statusCode === 200 ? 'up' : 'down', checks };
  } catch {
    return { status: 'down', checks: {} };
  }
}
