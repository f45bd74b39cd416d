/** What the server knows of a kind, and the list of kinds it serves. Custom kinds come and go while it runs. */
import type { JsonObject } from './json.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** Where a kind keeps what `/scale` shows; dotted paths without the leading dot. */
export interface ScalePaths {
  readonly spec: string;
  readonly status: string;
  /** A path to a selector as a string, or to a label selector object. */
  readonly selector?: string;
}

/** A schema made ready by `validation.ts`. */
export interface Schema {
  prune(object: JsonObject): { readonly object: JsonObject; readonly dropped: readonly string[] };
  applyDefaults(object: JsonObject): JsonObject;
  validate(object: JsonObject): readonly { readonly path: string; readonly message: string }[];
}

export interface Version {
  readonly name: string;
  readonly schema?: Schema;
  /** The schema as written, for `kubectl explain` and for the keys of its lists. */
  readonly openApi?: JsonObject;
  readonly columns?: readonly Column[];
}

export interface Kind {
  /** `deployments.apps`; the plural alone for the core group. */
  readonly key: string;
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** The served ones, the preferred one first. */
  readonly versions: readonly Version[];
  /** The version objects are kept in. */
  readonly storage: string;
  /** Its schema, served or not: what it does not know is not kept, whatever version was written. */
  readonly kept?: Schema;
  readonly hasStatus: boolean;
  /** What objects have as their status from the first moment on. */
  readonly firstStatus?: JsonObject;
  readonly hasGeneration: boolean;
  /** Deleted only once whoever runs it has stopped it. */
  readonly graceful: boolean;
  readonly scale?: ScalePaths;
  /** Paths a field selector may name beside the object's name and namespace. */
  readonly fieldLabels: readonly string[];
  /** Comes from a CustomResourceDefinition, or is registered without one. */
  readonly custom: boolean;
}

export interface KindOutline {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export function kindKey(group: string, plural: string): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** A kind with everything not said filled in. */
export function aKind(outline: KindOutline & Partial<Kind> & { readonly version?: string }): Kind {
  const { version = 'v1', ...given } = outline;
  return {
    key: kindKey(given.group, given.plural),
    singular: given.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    versions: [{ name: version }],
    storage: version,
    hasStatus: false,
    hasGeneration: false,
    graceful: false,
    fieldLabels: [],
    custom: false,
    ...given,
  };
}

export class Kinds {
  readonly #byKey = new Map<string, Kind>();

  constructor(kinds: readonly Kind[]) {
    for (const kind of kinds) this.add(kind);
  }

  add(kind: Kind): void {
    this.#byKey.set(kind.key, kind);
  }

  remove(key: string): void {
    this.#byKey.delete(key);
  }

  all(): readonly Kind[] {
    return [...this.#byKey.values()];
  }

  find(key: string): Kind | undefined {
    return this.#byKey.get(key);
  }

  /** The kind under this key; asking for one that was never registered is a mistake of the caller. */
  get(key: string): Kind {
    const kind = this.#byKey.get(key);
    if (kind === undefined) throw new Error(`no kind is registered as ${key}`);
    return kind;
  }

  /** The kind an object says it is, if it is served. */
  ofObject(apiVersion: string, kind: string): Kind | undefined {
    const [group, version] = splitApiVersion(apiVersion);
    return this.all().find(
      (known) => known.group === group && known.kind === kind && versionOf(known, version) !== undefined,
    );
  }
}

export function versionOf(kind: Kind, name: string): Version | undefined {
  return kind.versions.find((version) => version.name === name);
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

export function splitApiVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
