/** What is wrong with the edge's variables, beyond what each of them shows alone; one sentence per fault. */
export function edgeFaults(config: {
  readonly PUBLIC_URL: string;
  readonly HTTPS_ONLY: boolean;
  readonly TRUST_PROXY: readonly string[];
  readonly CORS_ALLOWED_ORIGINS: readonly string[];
}): string[] {
  const faults = config.CORS_ALLOWED_ORIGINS.filter((origin) => !isWholeOrigin(origin)).map(
    (origin) =>
      `CORS_ALLOWED_ORIGINS names "${origin}": it takes whole origins as browsers send them, such as https://app.example.com, without path or wildcard`,
  );
  if (!config.HTTPS_ONLY) return faults;
  if (!config.PUBLIC_URL.startsWith('https://')) {
    faults.push('PUBLIC_URL must begin with https:// where HTTPS_ONLY is true: clients are sent there');
  }
  if (config.TRUST_PROXY.length === 0) {
    faults.push(
      'TRUST_PROXY is required where HTTPS_ONLY is true: only a proxy in front can say that a request was encrypted',
    );
  }
  return faults;
}

/** A closing slash is forgiven. */
function isWholeOrigin(text: string): boolean {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return /^https?:$/.test(protocol) && text.toLowerCase().replace(/\/$/, '') === origin;
}
