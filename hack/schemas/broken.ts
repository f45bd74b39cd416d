/**
 * Objects broken on purpose, one field each: if a server took them, it would take anything, and that it takes ours
 * would mean nothing.
 */
import { isTree, tree } from '../../src/api/tree.ts';
import type { KubeObject } from '../../src/api/objects.ts';

export interface Broken {
  /** Where, `spec.http[].route[].weight`. */
  readonly field: string;
  readonly object: KubeObject;
}

/** No field of ours takes a map of this key. */
const NONSENSE = { nonsense: true };

/** An object for every field of the spec that has another type there, and one with a field nobody knows. */
export function brokenVariants(object: KubeObject): readonly Broken[] {
  const spec = tree(object['spec']);
  const broken = leavesOf(spec, [], 'spec').map(({ field, path }) => ({
    field,
    object: { ...object, spec: withNonsense(spec, path) },
  }));
  const unknown = { field: 'spec.nonsense', object: { ...object, spec: { ...spec, ...NONSENSE } } };
  return [...broken, unknown] as readonly Broken[];
}

interface Leaf {
  readonly field: string;
  readonly path: readonly (string | number)[];
}

function leavesOf(value: unknown, path: Leaf['path'], field: string): readonly Leaf[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => leavesOf(item, [...path, index], `${field}[]`));
  }
  if (!isTree(value)) return [{ field, path }];
  return Object.entries(value).flatMap(([key, member]) =>
    leavesOf(member, [...path, key], `${field}.${key}`),
  );
}

function withNonsense(value: unknown, [step, ...rest]: Leaf['path']): unknown {
  if (step === undefined) return NONSENSE;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === step ? withNonsense(item, rest) : item));
  }
  return { ...tree(value), [step]: withNonsense(tree(value)[step], rest) };
}
