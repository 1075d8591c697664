import Type from 'typebox';
import Value from 'typebox/value';
import { request } from 'undici';

/** A service's state, as it says itself. */
export interface PartState {
  readonly status: 'up' | 'down';
  readonly checks: Record<string, 'up' | 'down'>;
}

const Report = Type.Object({ checks: Type.Record(Type.String(), Type.Enum(['up', 'down'])) });

/** Asks a service on its health port; one that does not answer in time is down. */
export async function probeService(internalUrl: string, patienceMs: number): Promise<PartState> {
  try {
    const { statusCode, body } = await request(new URL('/health/ready', internalUrl), {
      signal: AbortSignal.timeout(patienceMs),
    });
    const report: unknown = await body.json();
    const checks = Value.Check(Report, report) ? report.checks : {};
    return { status: statusCode === 200 ? 'up' : 'down', checks };
  } catch {
    return { status: 'down', checks: {} };
  }
}
