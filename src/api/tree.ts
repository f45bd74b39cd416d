/** Looking into objects of which nothing is known yet, without ever throwing. */

export type Tree = Readonly<Record<string, unknown>>;

/** The value as a map; an empty one for whatever is none. */
export function tree(value: unknown): Tree {
  return isTree(value) ? value : {};
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list; an empty one for whatever is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** What is found by following `path` through maps; undefined where it leads nowhere. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => tree(here)[key], value);
}

/** A map of texts; members that are none are left out. */
export function texts(value: unknown): Readonly<Record<string, string>> {
  const members = Object.entries(tree(value));
  return Object.fromEntries(
    members.filter((member): member is [string, string] => text(member[1]) !== undefined),
  );
}

/** The map without these keys. */
export function without(value: Tree, ...keys: readonly string[]): Tree {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** The map without members that are undefined, so that they vanish instead of being sent as null. */
export function defined(value: Tree): Tree {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
