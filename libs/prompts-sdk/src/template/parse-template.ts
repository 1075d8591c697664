import { AppError } from '@valuecanvas/contracts-core';
import { parseReference, referenceName, referencePattern } from './embed-reference.ts';
import type { Template, TemplatePart } from './template.ts';

/**
 * Matches a variable, the beginning or end of a section, an embedded prompt, or `{{'{{'}}`. It matches spaces unambiguously,
 * because a run of spaces that could be split in two ways would cost quadratic time.
 */
const tag = new RegExp(
  String.raw`\{\{[ \t]*(?:(?:([#/])[ \t]*)?([a-zA-Z][a-zA-Z0-9_]{0,63})|>[ \t]*(${referencePattern})|'\{\{')[ \t]*\}\}`,
  'g',
);

/** Maximum number of reported errors. */
const maxFaults = 20;

const strayBraces =
  "{{ starts neither a variable, a section nor an embedded prompt. Write {{'{{'}} for the text {{";

interface Fault {
  readonly at: number;
  readonly what: string;
}

interface OpenSection {
  readonly name: string;
  readonly at: number;
  /** Index of the section's part. Its end is set when the section closes. */
  readonly part: number;
}

/**
 * Parses `{{name}}`, `{{#name}}…{{/name}}`, which may nest, and `{{>key@label}}`. `{{'{{'}}` stands for the text `{{`. Throws
 * VALIDATION_FAILED with one detail per error at `path`, with its line and column: a section that is not closed or was not
 * opened, or a `{{` that starts none of these.
 */
export function parseTemplate(text: string, path = 'template'): Template {
  const parts: TemplatePart[] = [];
  const open: OpenSection[] = [];
  const faults: Fault[] = [];

  const addText = (from: number, to: number): void => {
    const piece = text.slice(from, to);
    const stray = piece.indexOf('{{');
    if (stray >= 0) faults.push({ at: from + stray, what: strayBraces });
    if (piece !== '') parts.push({ kind: 'text', text: piece });
  };

  const openSection = (name: string, at: number): void => {
    open.push({ name, at, part: parts.length });
    parts.push({ kind: 'section', name, end: 0 });
  };

  const closeSection = (name: string, at: number): void => {
    const section = open.pop();
    if (section) parts[section.part] = { kind: 'section', name: section.name, end: parts.length };
    if (section?.name === name) return;
    faults.push({ at, what: `{{/${name}}} closes ${section ? `{{#${section.name}}}` : 'nothing'}` });
  };

  let end = 0;
  for (const { 0: whole, 1: sign, 2: name, 3: embed, index } of text.matchAll(tag)) {
    addText(end, index);
    end = index + whole.length;
    if (embed !== undefined) parts.push({ kind: 'embed', reference: referenceName(parseReference(embed)) });
    else if (name === undefined) parts.push({ kind: 'text', text: '{{' });
    else if (sign === '#') openSection(name, index);
    else if (sign === '/') closeSection(name, index);
    else parts.push({ kind: 'blank', name });
  }
  addText(end, text.length);
  for (const { name, at } of open) faults.push({ at, what: `{{#${name}}} is never closed` });

  if (faults.length > 0) throw unreadable(text, path, faults);
  return {
    parts,
    blanks: namesOf(parts, 'blank'),
    sections: namesOf(parts, 'section'),
    embeds: [...new Set(parts.flatMap((part) => (part.kind === 'embed' ? [part.reference] : [])))],
  };
}

function unreadable(text: string, path: string, faults: readonly Fault[]): AppError {
  const details = faults
    .slice(0, maxFaults)
    .map(({ at, what }) => ({ path, message: `${positionOf(text, at)}: ${what}` }));
  return new AppError('VALIDATION_FAILED', { details });
}

/** Line and column of an index, both from 1. A column is one UTF-16 code unit, as in editors. */
function positionOf(text: string, index: number): string {
  const lines = text.slice(0, index).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}

function namesOf(parts: readonly TemplatePart[], kind: 'blank' | 'section'): string[] {
  return [...new Set(parts.flatMap((part) => (part.kind === kind ? [part.name] : [])))];
}
