/** Looking into plain values whose shape is not known. */

export type Entries = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path, `spec.metrics[0].name`; undefined if there is none. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [step, bracketed] of path.matchAll(/\[([^\]]*)\]|[^.[\]]+/gu)) {
    const key = bracketed ?? step;
    if (Array.isArray(value)) value = (value as readonly unknown[])[Number(key)];
    else value = isRecord(value) ? value[key] : undefined;
  }
  return value;
}

/** A value as people read it in a sentence; long ones are cut. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** What stands below these may be a password. */
const CONFIDENTIAL = /(^|\.)(address|headers|metadata|metricsServer|proxy|url)\b/u;

/** A value as it may be printed: below some fields only its type is told. */
export function shownAt(path: string, value: unknown): string {
  if (!CONFIDENTIAL.test(path.replace(/^metadata\./u, ''))) return shown(value);
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
