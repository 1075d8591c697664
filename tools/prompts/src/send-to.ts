import { RegistryError, type Send } from './registry.ts';

const timeoutMs = 30_000;

/** Sends requests to a platform with an API key. Throws RegistryError if it does not answer. */
export function sendTo(url: string, apiKey: string): Send {
  const base = url.replace(/\/$/, '');
  return async ({ method, path, body }) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      const { cause, message } = error as Error;
      throw new RegistryError(`${base} is unavailable: ${cause instanceof Error ? cause.message : message}`);
    });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  };
}
