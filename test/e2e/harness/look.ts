/** Looking into objects of every shape, as tests do. */

export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const name of path) {
    if (found === null || typeof found !== 'object') return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}

/** '' for what is no text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}
