/** An entry of an image's file system. The path has no leading slash. */
export interface ImageFile {
  readonly path: string;
  /** As `ls` and `tar` write it: `-rwsr-xr-x`. */
  readonly mode: string;
}

/** The part of an image's configuration that concerns its safety. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[] | null;
}

const secretVariable = /(?:PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|SIGNING_KEY|CREDENTIALS)$/i;

/** Folders in which every process may write, with the sticky bit, and the devices that containers get anyway. */
const shared = /^(?:tmp|var\/tmp|var\/lock|run\/lock|dev(?:\/.*)?|proc(?:\/.*)?|sys(?:\/.*)?)$/;

/** Files that an image must not have, by what they are. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)\.env(?:\.(?!example$)[\w.-]+)?$/, 'is a file of variables'],
  [/(?:^|\/)\.git\/HEAD$/, 'is a Git repository'],
  [/(?:^|\/)(?:root|home\/[^/]+)\/\.npmrc$/, 'may hold the token of a registry'],
  [/(?:^|\/)\.(?:aws\/credentials|docker\/config\.json|netrc|pgpass)$/, 'holds credentials'],
  [/(?:^|\/)id_(?:rsa|ed25519|ecdsa)$/, 'is a private key'],
  [/^app\/.*\.(?:pem|key|p12|pfx|jks)$/, 'may be a private key'],
];

/** Returns the faults of a built image: the user, variables with secrets, and files that do not belong there. */
export function faultsOfImage(config: ImageConfig, files: readonly ImageFile[]): string[] {
  const faults: string[] = [];
  if (/^(?:|root|0)(?::.*)?$/.test(config.User ?? '')) faults.push('runs as root');
  for (const variable of config.Env ?? []) {
    const [name = '', value = ''] = variable.split('=', 2);
    if (secretVariable.test(name) && value !== '') faults.push(`has a secret in the variable ${name}`);
  }
  for (const { path, mode } of files) {
    if (mode.startsWith('-') && /s/i.test(mode))
      faults.push(`/${path} runs with the rights of its owner (${mode})`);
    if (/^[-d].{7}w/.test(mode) && !shared.test(path) && !/[tT]$/.test(mode))
      faults.push(`/${path} can be changed by every user (${mode})`);
    for (const [pattern, what] of forbidden) if (pattern.test(path)) faults.push(`/${path} ${what}`);
  }
  return faults;
}

/** Parses the lines of `tar --list --verbose`. */
export function filesOf(listing: string): ImageFile[] {
  return listing.split('\n').flatMap((line) => {
    const [, mode = '', path = ''] = /^(\S{10})\S*\s+\S+\s+\S+\s+\S+\s+\S+\s+(.*)$/.exec(line) ?? [];
    return path === ''
      ? []
      : [
          {
            mode,
            path: path
              .replace(/^\.?\//, '')
              .replace(/ (?:->|link to) .*$/, '')
              .replace(/\/$/, ''),
          },
        ];
  });
}
