export type Audit =
  | {
      readonly kind: 'audited';
      readonly dependencies: number;
      /** One line per package with a high or critical vulnerability. */
      readonly grave: readonly string[];
      /** Number of packages with lesser vulnerabilities. */
      readonly lesser: number;
    }
  | { readonly kind: 'unavailable'; readonly why: string };

interface AuditedPackage {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
  /** The package's own advisories, and the packages through which it is affected. */
  readonly via: readonly (string | { readonly title?: string; readonly url?: string })[];
}

interface AuditOutput {
  readonly message?: string;
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly metadata?: { readonly dependencies?: { readonly total?: number } };
  readonly vulnerabilities?: Readonly<Record<string, AuditedPackage>>;
}

/** Parses `npm audit --json` (npm 7 and later). Output without a list of vulnerabilities counts as no audit. */
export function readAudit(output: string): Audit {
  const audit = parse(output);
  if (!audit?.vulnerabilities) return { kind: 'unavailable', why: reasonOf(audit) };
  const packages = Object.values(audit.vulnerabilities);
  const grave = packages.filter(({ severity }) => severity === 'high' || severity === 'critical');
  return {
    kind: 'audited',
    dependencies: audit.metadata?.dependencies?.total ?? 0,
    grave: grave.map(lineOf),
    lesser: packages.length - grave.length,
  };
}

function parse(output: string): AuditOutput | undefined {
  try {
    return JSON.parse(output) as AuditOutput;
  } catch {
    return undefined;
  }
}

function reasonOf(audit: AuditOutput | undefined): string {
  const why = audit?.message || audit?.error?.summary || audit?.error?.code;
  return why ? `the registry gave no audit (${why})` : 'npm audit printed nothing that could be read';
}

function lineOf({ name, range, severity, via }: AuditedPackage): string {
  const reasons = via.map((reason) =>
    typeof reason === 'string'
      ? `through ${reason}`
      : `${reason.title ?? 'unnamed'} ${reason.url ?? ''}`.trim(),
  );
  return `${name} ${range} is ${severity}: ${reasons.join('; ')}`;
}
