/** Did a write arrive whole? An API server drops, without a word, fields that a kind's definition does not have. */

/**
 * The dotted path of the first member of a merge patch that is missing from the object it produced; undefined when
 * all are there. Only presence is looked at: that a value was changed is somebody's admission policy, not a loss.
 */
export function droppedField(patch: unknown, object: unknown): string | undefined {
  return missing(patch, object, '');
}

function missing(sent: unknown, found: unknown, path: string): string | undefined {
  if (Array.isArray(sent)) {
    if (!Array.isArray(found) || found.length !== sent.length) return path;
    return firstOf(
      sent.map((item, index) => (): string | undefined => missing(item, found[index], `${path}[${index}]`)),
    );
  }
  if (typeof sent !== 'object' || sent === null) return undefined;
  if (typeof found !== 'object' || found === null) return path;
  const members = found as Readonly<Record<string, unknown>>;
  const entries = Object.entries(sent).filter(
    ([name, value]) => value !== undefined && value !== null && name !== 'metadata',
  );
  return firstOf(
    entries.map(([name, value]) => (): string | undefined => {
      const at = path === '' ? name : `${path}.${name}`;
      return name in members ? missing(value, members[name], at) : at;
    }),
  );
}

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}
