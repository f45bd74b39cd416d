/**
 * The ConfigMaps and Secrets a pod template refers to: found, digested, and renamed for the primary, which has
 * copies of its own so that a change reaches it by promotion only.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, defined, text, tree, type Tree } from '../api/tree.ts';
import { canonicalJson, digest, shortHash } from '../shared/digest.ts';
import { change, each, PRIMARY } from './labels.ts';

export type ConfigKind = 'ConfigMap' | 'Secret';

export interface ConfigReference {
  readonly kind: ConfigKind;
  readonly name: string;
  /** Every mention allows it to be missing. */
  readonly optional: boolean;
}

export interface TrackedConfig extends ConfigReference {
  /** `configmap/<name>` or `secret/<name>`. */
  readonly key: string;
  readonly object: KubeObject;
  readonly digest: string;
}

export interface TrackedConfigs {
  readonly found: readonly TrackedConfig[];
  /** Sought, not optional and not there. */
  readonly missing: readonly ConfigReference[];
}

export const PREVIOUS = '-primary-previous';
/** Members that no object of the API server has. */
const DIGEST = 'serin.dev/digest';
const DATA_DIGEST = 'serin.dev/data-digest';
const CHECKSUM = 'serin.dev/checksum';
const OPT_OUT = 'flagger.app/config-tracking';
/** Of other types are credentials that belong to something else: a registry, a service account. */
const SECRET_TYPES: ReadonlySet<unknown> = new Set([
  undefined,
  'Opaque',
  'kubernetes.io/basic-auth',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
]);

export function configRef(kind: ConfigKind, name: string): ObjectRef {
  return { apiVersion: KINDS[kind].apiVersion, kind, name };
}

export function configKey({ kind, name }: { readonly kind: ConfigKind; readonly name: string }): string {
  return `${kind.toLowerCase()}/${name}`;
}

export function findObject(objects: readonly KubeObject[], ref: ObjectRef): KubeObject | undefined {
  return objects.find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name);
}

/** What the template refers to, each once: in volumes, projected ones too, in `env` and `envFrom` of containers. */
export function references(template: unknown): readonly ConfigReference[] {
  const found = new Map<string, ConfigReference>();
  visit(template, (kind, name, optional) => {
    const key = configKey({ kind, name });
    found.set(key, { kind, name, optional: optional && (found.get(key)?.optional ?? true) });
    return name;
  });
  return [...found.values()];
}

/** What is tracked of the references: there, of a type we copy, and not opted out by its owner. */
export function trackedConfigs(template: unknown, objects: readonly KubeObject[]): TrackedConfigs {
  const sought = references(template).map((reference) => ({
    reference,
    object: findObject(objects, configRef(reference.kind, reference.name)),
  }));
  return {
    found: sought.flatMap(({ reference, object }) =>
      object !== undefined && isTracked(object)
        ? [{ ...reference, key: configKey(reference), object, digest: configDigest(object) }]
        : [],
    ),
    missing: sought.flatMap(({ reference, object }) =>
      object === undefined && !reference.optional ? [reference] : [],
    ),
  };
}

function isTracked({ kind, metadata, ...object }: KubeObject): boolean {
  if (metadata.annotations?.[OPT_OUT]?.startsWith('disable') === true) return false;
  return kind !== 'Secret' || SECRET_TYPES.has(object['type']);
}

/** Of all of its data, binary data included. The only form in which data of a Secret leaves this folder. */
export function configDigest(object: KubeObject): string {
  return text(object[DIGEST]) ?? digest(contentOf(object));
}

/** Of its plain data only. */
export function dataDigest(object: KubeObject): string {
  return text(object[DATA_DIGEST]) ?? digest(contentOf(object)['data'] ?? null);
}

/** What Flagger writes into `status.trackedConfigs`: of the plain data, as its JSON encoder spells it. */
export function checksum(object: KubeObject): string {
  const json = canonicalJson(contentOf(object)['data'] ?? null);
  const spelled = json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text(object[CHECKSUM]) ?? shortHash(spelled);
}

/** What may be kept of a configuration once it has been read: everything but its contents, and their digests. */
export function standInFor(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, type } = object;
  const digests = {
    [DIGEST]: configDigest(object),
    [DATA_DIGEST]: dataDigest(object),
    [CHECKSUM]: checksum(object),
  };
  return { apiVersion, kind, metadata, ...(type !== undefined && { type }), ...digests };
}

export function isStandIn(object: KubeObject): boolean {
  return object[DIGEST] !== undefined;
}

/** The data of an object; members that are empty are left out, as the API server does. */
export function contentOf(object: KubeObject): Tree {
  const filled = (value: unknown): Tree | undefined =>
    Object.keys(tree(value)).length > 0 ? tree(value) : undefined;
  return defined({ data: filled(object['data']), binaryData: filled(object['binaryData']) });
}

/** The template with the copies' names in place of those of what was copied. */
export function renameConfigs(template: unknown, tracked: readonly Pick<TrackedConfig, 'key'>[]): unknown {
  const keys = new Set(tracked.map(({ key }) => key));
  return visit(template, (kind, name) => (keys.has(configKey({ kind, name })) ? `${name}${PRIMARY}` : name));
}

// ---------------------------------------------------------------------------------------------------- where names are

type Rename = (kind: ConfigKind, name: string, optional: boolean) => string;

/** Where in a template a reference stands, and which member of it is the name. */
const IN_VOLUME = [
  ['configMap', 'name', 'ConfigMap'],
  ['secret', 'secretName', 'Secret'],
] as const;
const IN_PROJECTION = [
  ['configMap', 'name', 'ConfigMap'],
  ['secret', 'name', 'Secret'],
] as const;
const IN_ENV = [
  ['configMapKeyRef', 'name', 'ConfigMap'],
  ['secretKeyRef', 'name', 'Secret'],
] as const;
const IN_ENV_FROM = [
  ['configMapRef', 'name', 'ConfigMap'],
  ['secretRef', 'name', 'Secret'],
] as const;
type Places = readonly (readonly [member: string, name: string, kind: ConfigKind])[];

/** The template with each name replaced by what `rename` makes of it. */
function visit(template: unknown, rename: Rename): unknown {
  const here = (places: Places) => (value: unknown) =>
    places.reduce((found, [member, name, kind]) => {
      return change(found, member, (reference) => renamed(reference, name, kind, rename));
    }, value);
  const projected = (volume: unknown): unknown =>
    change(volume, 'projected', (value) =>
      change(value, 'sources', (sources) => each(sources, here(IN_PROJECTION))),
    );
  const env = (variable: unknown): unknown => change(variable, 'valueFrom', here(IN_ENV));
  const container = (value: unknown): unknown =>
    change(
      change(value, 'env', (variables) => each(variables, env)),
      'envFrom',
      (sources) => each(sources, here(IN_ENV_FROM)),
    );
  return change(template, 'spec', (spec) => {
    const withVolumes = change(spec, 'volumes', (volumes) =>
      each(volumes, (volume) => projected(here(IN_VOLUME)(volume))),
    );
    return ['initContainers', 'containers'].reduce(
      (found, member) => change(found, member, (containers) => each(containers, container)),
      withVolumes,
    );
  });
}

function renamed(reference: unknown, member: string, kind: ConfigKind, rename: Rename): unknown {
  const name = text(at(reference, member));
  if (name === undefined || name === '') return reference;
  const next = rename(kind, name, at(reference, 'optional') === true);
  return next === name ? reference : { ...tree(reference), [member]: next };
}
