/** Checks the variables of the edge against each other. Returns one message per fault. */
export function edgeFaults(config: {
  readonly PUBLIC_URL: string;
  readonly HTTPS_ONLY: boolean;
  readonly TRUST_PROXY: readonly string[];
  readonly CORS_ALLOWED_ORIGINS: readonly string[];
}): string[] {
  const faults = config.CORS_ALLOWED_ORIGINS.filter((origin) => parseOrigin(origin) === undefined).map(
    (origin) =>
      `CORS_ALLOWED_ORIGINS contains "${origin}", which is not an origin. Use the form https://app.example.com or app://name, without path or wildcard`,
  );
  if (!config.HTTPS_ONLY) return faults;
  if (!config.PUBLIC_URL.startsWith('https://')) {
    faults.push(
      'PUBLIC_URL must begin with https:// if HTTPS_ONLY is true, because clients are redirected to it',
    );
  }
  if (config.TRUST_PROXY.length === 0) {
    faults.push(
      'TRUST_PROXY is required if HTTPS_ONLY is true, because only a proxy in front knows whether a request was encrypted',
    );
  }
  return faults;
}

/**
 * Returns an origin in lower case, without a trailing slash, or undefined if the text is no origin. Applications that are
 * not served over HTTP have schemes of their own (`app://`, `capacitor://`), for which URL parsing reports the origin
 * `null`.
 */
export function parseOrigin(text: string): string | undefined {
  const origin = text.toLowerCase().replace(/(?<=[^/])\/$/, '');
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*\\]*$/.test(origin) || !URL.canParse(origin)) return undefined;
  const { protocol, origin: parsed } = new URL(origin);
  return protocol !== 'http:' && protocol !== 'https:' ? origin : parsed;
}
