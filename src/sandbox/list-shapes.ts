/**
 * How lists merge: by the keys of their items, as sets, or only as a whole. Kubernetes says so in the types of its
 * own kinds and, for custom ones, in their schemas.
 */
import { isObject, listAt, objectAt, type JsonObject } from './json.ts';

export type ListShape =
  | { readonly kind: 'map'; readonly keys: readonly string[] }
  | { readonly kind: 'set' }
  | { readonly kind: 'atomic' };

/** The shape of the list or map found at a path of field names; items of a list are the name `[]`. */
export interface Shapes {
  list(path: readonly string[]): ListShape;
  isAtomicMap(path: readonly string[]): boolean;
}

const ATOMIC: ListShape = { kind: 'atomic' };
const byKeys = (...keys: readonly string[]): ListShape => ({ kind: 'map', keys });

/** Lists of the built-in kinds that merge, by the name of their field. */
const BUILTIN: Readonly<Record<string, ListShape>> = {
  containers: byKeys('name'),
  initContainers: byKeys('name'),
  ephemeralContainers: byKeys('name'),
  env: byKeys('name'),
  volumes: byKeys('name'),
  volumeMounts: byKeys('mountPath'),
  volumeDevices: byKeys('devicePath'),
  imagePullSecrets: byKeys('name'),
  hostAliases: byKeys('ip'),
  conditions: byKeys('type'),
  ownerReferences: byKeys('uid'),
  finalizers: { kind: 'set' },
  topologySpreadConstraints: byKeys('topologyKey', 'whenUnsatisfiable'),
};
const BUILTIN_ATOMIC_MAPS = ['selector', 'nodeSelector', 'resourceFieldRef', 'secretRef', 'configMapKeyRef'];

export const builtinShapes: Shapes = {
  list: (path) => {
    const name = path.at(-1) ?? '';
    if (name !== 'ports') return BUILTIN[name] ?? ATOMIC;
    if (path.includes('containers')) return byKeys('containerPort', 'protocol');
    return path.length === 2 && path[0] === 'spec' ? byKeys('port', 'protocol') : ATOMIC;
  },
  // A Deployment's selector is a LabelSelector, which is replaced as a whole; so is a Service's map.
  isAtomicMap: (path) => BUILTIN_ATOMIC_MAPS.includes(path.at(-1) ?? ''),
};

/** What the strategic merge patch uses, where it differs from server-side apply: one key is enough to find a port. */
export const patchShapes: Shapes = {
  list: (path) => {
    const name = path.at(-1) ?? '';
    if (name !== 'ports') return builtinShapes.list(path);
    if (path.includes('containers')) return byKeys('containerPort');
    return path.length === 2 && path[0] === 'spec' ? byKeys('port') : ATOMIC;
  },
  isAtomicMap: () => false,
};

/** Shapes as a custom kind's schema declares them; metadata is the same everywhere. */
export function shapesOf(openApi: JsonObject | undefined): Shapes {
  const at = (path: readonly string[]): JsonObject => descend(openApi ?? {}, path);
  return {
    list: (path) => (path[0] === 'metadata' ? builtinShapes.list(path) : declared(at(path))),
    isAtomicMap: (path) => at(path)['x-kubernetes-map-type'] === 'atomic',
  };
}

function declared(schema: JsonObject): ListShape {
  if (schema['x-kubernetes-list-type'] === 'set') return { kind: 'set' };
  if (schema['x-kubernetes-list-type'] !== 'map') return ATOMIC;
  return byKeys(...listAt(schema, 'x-kubernetes-list-map-keys').map(String));
}

function descend(schema: JsonObject, path: readonly string[]): JsonObject {
  let current = schema;
  for (const name of path) {
    const named = objectAt(current, 'properties')[name];
    if (name === '[]') current = objectAt(current, 'items');
    else current = isObject(named) ? named : objectAt(current, 'additionalProperties');
  }
  return current;
}
