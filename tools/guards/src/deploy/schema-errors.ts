interface SchemaError {
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** A fault that TypeBox found, with the place and with what was expected there. */
export function describeError({ instancePath, message, params }: SchemaError): string {
  const detail = Object.values(params).flat().join(', ');
  return `${instancePath || '/'} ${message}${detail ? ` (${detail})` : ''}`;
}
