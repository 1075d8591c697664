import { Finding } from '../check.ts';

/** Sends a request and throws Finding with what to do if the server refuses it. Returns the body as text. */
export async function request(
  url: string,
  init: RequestInit,
  refusals: { readonly unauthorized: string; readonly other: string },
): Promise<string> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const text = await response.text();
  if (response.ok) return text;
  const denied = response.status === 401 || response.status === 403;
  throw new Finding(
    'failed',
    `${new URL(url).host} answered ${response.status}.`,
    denied ? refusals.unauthorized : refusals.other,
  );
}
