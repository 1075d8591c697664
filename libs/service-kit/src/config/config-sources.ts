import { readFile } from 'node:fs/promises';
import Type, { type TProperties } from 'typebox';
import Value from 'typebox/value';
import { ConfigError, type Environment } from './parse-config.ts';

const SecretValue = Type.Record(Type.String(), Type.String());

/** Sources of a service's variables. */
export interface ConfigSources {
  /**
   * Reads all sources. A value in the environment takes precedence over AWS Secrets Manager. Throws ConfigError that names
   * every source that cannot be read.
   */
  read(): Promise<Environment>;
  /** False if all values come from the environment, which never changes. */
  readonly canChange: boolean;
}

/**
 * Returns the sources of these variables: the environment, the file at `<NAME>_FILE` for each variable, and the secrets in
 * AWS Secrets Manager that `SECRETS_MANAGER_SECRET_NAME` lists.
 */
export function configSources(variables: TProperties, environment: Environment): ConfigSources {
  const names = Object.keys(variables);
  const files = names.flatMap((name) => {
    const path = environment[`${name}_FILE`]?.trim();
    return path ? [{ name, path }] : [];
  });
  const secretNames = (environment.SECRETS_MANAGER_SECRET_NAME ?? '')
    .split(',')
    .flatMap((each) => each.trim() || []);
  const readManaged = secretNames.length > 0 ? managedSecrets(secretNames, environment) : async () => [];
  return {
    canChange: files.length + secretNames.length > 0,
    async read() {
      const faults: string[] = [];
      const [managed, fromFiles] = await Promise.all([
        readManaged(faults),
        Promise.all(files.map((file) => fileValue(file, environment, faults))),
      ]);
      if (faults.length > 0) throw new ConfigError(faults);
      const given = Object.entries(environment).filter(([, value]) => value?.trim());
      return Object.fromEntries([
        ...managed.filter(([name]) => names.includes(name)),
        ...given,
        ...fromFiles.filter((entry) => entry !== undefined),
      ]);
    },
  };
}

async function fileValue(
  { name, path }: { readonly name: string; readonly path: string },
  environment: Environment,
  faults: string[],
): Promise<[name: string, value: string] | undefined> {
  if (environment[name]?.trim()) {
    faults.push(`${name} and ${name}_FILE are both set. Remove one of them.`);
    return undefined;
  }
  try {
    return [name, await readFile(path, 'utf8')];
  } catch (error) {
    faults.push(`${name}_FILE: ${path} cannot be read (${codeOf(error)}).`);
    return undefined;
  }
}

/** Reads JSON objects that map variables to values. If two secrets contain the same variable, the later secret wins. */
function managedSecrets(secretNames: readonly string[], { AWS_REGION }: Environment) {
  const region = AWS_REGION?.trim();
  if (!region)
    return async (faults: string[]) => {
      faults.push('AWS_REGION is required with SECRETS_MANAGER_SECRET_NAME.');
      return [];
    };
  const opened = openClient(region);
  return async (faults: string[]): Promise<[name: string, value: string][]> => {
    const { client, GetSecretValueCommand } = await opened;
    const read = async (secret: string): Promise<[string, string][]> => {
      try {
        const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
        const entries = textEntries(text);
        if (entries) return entries;
        faults.push(`SECRETS_MANAGER_SECRET_NAME: ${secret} must be a JSON object of texts.`);
      } catch (error) {
        faults.push(`SECRETS_MANAGER_SECRET_NAME: ${secret} cannot be read (${codeOf(error)}).`);
      }
      return [];
    };
    return (await Promise.all(secretNames.map(read))).flat();
  };
}

/** The AWS SDK is loaded only where it is used. */
async function openClient(region: string) {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({
    region,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000 },
  });
  return { client, GetSecretValueCommand };
}

function textEntries(text: string | undefined): [string, string][] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Value.Check(SecretValue, value) ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Errors of the AWS SDK have their code as name. */
function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
