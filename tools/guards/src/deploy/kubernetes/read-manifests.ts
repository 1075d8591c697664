import Value from 'typebox/value';
import { parseAllDocuments } from 'yaml';
import { describeError } from '../schema-errors.ts';
import { type Kind, type Manifest, manifestSchemas } from './manifest-schema.ts';

export interface ManifestFile {
  /** Objects that have the form of their kind. */
  readonly manifests: readonly Manifest[];
  readonly faults: readonly string[];
}

/** Reads the objects in one file and holds each against the schema of its kind. */
export function readManifestFile(text: string): ManifestFile {
  const read = parseAllDocuments(text).map((document) => {
    if ('errors' in document && document.errors[0]) return { fault: [document.errors[0].message] };
    return readManifest('toJS' in document ? document.toJS() : undefined);
  });
  return {
    manifests: read.flatMap((one) => ('manifest' in one ? [one.manifest] : [])),
    faults: read.flatMap((one) => ('fault' in one ? one.fault : [])),
  };
}

/** The objects of one kind. */
export function ofKind<K extends Kind>(manifests: readonly Manifest[], kind: K): Manifest<K>[] {
  return manifests.filter((one): one is Manifest<K> => one.kind === kind);
}

function readManifest(value: unknown): { manifest: Manifest } | { fault: string[] } {
  const { kind = 'nothing' } = (value ?? {}) as { kind?: string };
  if (!(kind in manifestSchemas)) return { fault: [`${kind} is not a kind of object that belongs here.`] };
  const schema = manifestSchemas[kind as Kind];
  if (Value.Check(schema, value)) return { manifest: value as Manifest };
  return { fault: Value.Errors(schema, value).map((error) => `${kind} ${describeError(error)}.`) };
}
