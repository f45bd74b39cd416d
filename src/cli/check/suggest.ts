/** What an unknown field was probably meant to be. */
import { isRecord } from './record.ts';

/**
 * The path of a field that looks like the one at `path`, which `schema` does not know: a sibling with a similar
 * name, or a field with the same name in another place. Indices are left out of the answer.
 */
export function similarField(path: string, schema: unknown): string | undefined {
  const plain = path.replace(/\[\d+\]/gu, '');
  const cut = plain.lastIndexOf('.');
  const [parent, name] = [plain.slice(0, Math.max(cut, 0)), plain.slice(cut + 1)];
  const known = [...fieldsOf(schema, '')].filter(isSpec);
  const siblings = known.filter((field) => parentOf(field) === parent);
  return (
    nearest(name, siblings, Math.max(2, Math.floor(name.length / 4))) ??
    nearest(name, known, name.length > 4 ? 1 : 0)
  );
}

/** Of words, the one that was probably meant. */
export function similarWord(word: string, words: readonly string[]): string | undefined {
  return nearest(word, words, Math.max(2, Math.floor(word.length / 4)));
}

function isSpec(field: string): boolean {
  return field.startsWith('spec.') && !field.startsWith('spec.canaryAnalysis.');
}

function* fieldsOf(schema: unknown, path: string): Generator<string> {
  if (!isRecord(schema)) return;
  const { properties, items } = schema;
  if (items !== undefined) yield* fieldsOf(items, path);
  if (!isRecord(properties)) return;
  for (const [name, property] of Object.entries(properties)) {
    const field = path === '' ? name : `${path}.${name}`;
    yield field;
    yield* fieldsOf(property, field);
  }
}

function parentOf(field: string): string {
  return field.slice(0, Math.max(field.lastIndexOf('.'), 0));
}

function nearest(name: string, fields: readonly string[], limit: number): string | undefined {
  const ranked = fields
    .map((field) => ({ field, distance: distance(name, field.slice(field.lastIndexOf('.') + 1)) }))
    .filter((candidate) => candidate.distance <= limit)
    .sort((a, b) => a.distance - b.distance || a.field.length - b.field.length);
  return ranked[0]?.field;
}

/** Levenshtein's distance without regard to case, one row at a time. */
function distance(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
