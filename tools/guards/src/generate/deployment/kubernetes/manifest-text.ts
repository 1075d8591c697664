import { Document, isMap, isScalar, isSeq, type Node, visit, type YAMLMap } from 'yaml';

/** A Kubernetes object of any kind; its own type checks the fields. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface ManifestFile {
  /** Lines of the comment at the head of the file. Long ones are wrapped. */
  readonly head: readonly string[];
  readonly objects: readonly Manifest[];
  /** Comments above the entries of ConfigMaps, by the entry's name. */
  readonly comments?: Readonly<Record<string, string>>;
}

/** Widest map that is written on one line. */
const flowWidth = 100;

/** Writes Kubernetes objects as YAML, with short maps on one line. */
export function manifestText({ head, objects, comments = {} }: ManifestFile): string {
  const texts = objects.map((object) => {
    // kubectl reads YAML 1.1, where a plain "off" is a boolean.
    const document = new Document(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
    visit(document, { Map: (_, map) => arrange(map, comments) });
    return document.toString({ lineWidth: 0, flowCollectionPadding: true, indentSeq: true });
  });
  return `${head
    .flatMap(wrap)
    .map((line) => `# ${line}\n`)
    .join('')}${texts.join('---\n')}`;
}

function arrange(map: YAMLMap, comments: Readonly<Record<string, string>>): void {
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const comment = comments[String(key.value)];
    if (comment && isScalar(value)) key.commentBefore = ` ${comment}`;
    // The data of a ConfigMap have one entry per line.
    if (key.value !== 'data' && isMap(value) && isShort(value)) value.flow = true;
    if (isSeq(value)) for (const item of value.items) if (isMap(item) && isShort(item)) item.flow = true;
  }
}

/** Returns true if a map fits on one line and holds only scalars, or a single map that does. */
function isShort(map: YAMLMap): boolean {
  if (JSON.stringify(map).length > flowWidth) return false;
  const values = map.items.map(({ value }) => value as Node | null);
  return values.every(isScalar) || (values.length === 1 && isFlat(values[0]));
}

function isFlat(value: Node | null | undefined): boolean {
  if (isMap(value)) return isShort(value);
  return isSeq(value) && value.items.every(isScalar);
}

/** Breaks a sentence into lines of at most 118 characters. */
function wrap(text: string): string[] {
  return text.match(/.{1,118}(?:\s|$)/g)?.map((line) => line.trimEnd()) ?? [];
}
