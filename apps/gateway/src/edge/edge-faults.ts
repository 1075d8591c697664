/** Checks the variables of the edge against each other. Returns one message per fault. */
export function edgeFaults(config: {
  readonly PUBLIC_URL: string;
  readonly HTTPS_ONLY: boolean;
  readonly TRUST_PROXY: readonly string[];
  readonly CORS_ALLOWED_ORIGINS: readonly string[];
}): string[] {
  const faults = config.CORS_ALLOWED_ORIGINS.filter((origin) => !isWholeOrigin(origin)).map(
    (origin) =>
      `CORS_ALLOWED_ORIGINS contains "${origin}", which is not an origin. Use the form https://app.example.com, without path or wildcard`,
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

/** Accepts a trailing slash. */
function isWholeOrigin(text: string): boolean {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return /^https?:$/.test(protocol) && text.toLowerCase().replace(/\/$/, '') === origin;
}
