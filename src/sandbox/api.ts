/** The verbs of the Kubernetes API over the store, without HTTP: what `server.ts` speaks and fixtures use. */
import { addressed, admit, checkNamespace, withClusterIp, type FieldValidation } from './admission.ts';
import { isObject, textAt, type JsonObject } from './json.ts';
import { apiVersionOf, versionOf, type Kind } from './kinds.ts';
import { builtinShapes, shapesOf, type Shapes } from './list-shapes.ts';
import { applyConfiguration, noteUpdate, type Manager } from './managed-fields.ts';
import { jsonPatch, mergePatch } from './patch.ts';
import { invalid, notFound, Refusal } from './refusal.ts';
import { toScale, withScale } from './scale.ts';
import { strategicMerge } from './strategic-merge.ts';
import { timestamp, type DeleteOptions, type Name, type Store, type StoredObject } from './store.ts';

/** A kind in one of its versions, and perhaps a part of its objects. */
export interface Resource {
  readonly kind: Kind;
  readonly version: string;
  readonly subresource: '' | 'status' | 'scale';
}

export type Patch =
  | { readonly kind: 'json'; readonly operations: unknown }
  | { readonly kind: 'merge' | 'strategic'; readonly patch: JsonObject }
  | { readonly kind: 'apply'; readonly configuration: JsonObject; readonly force: boolean };

export interface WriteOptions {
  readonly dryRun: boolean;
  /** Who writes, for `managedFields`. */
  readonly manager: string;
  readonly fieldValidation: FieldValidation;
}

export interface Written {
  readonly object: JsonObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

export class Api {
  readonly #store: Store;
  readonly #now: () => number;
  #addresses = 0;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    sent: JsonObject,
    options: WriteOptions,
  ): Written {
    const { kind, version } = resource;
    const object = addressed(kind, version, sent, { namespace });
    const name = textAt(object, 'metadata', 'name');
    if (kind.namespaced) checkNamespace(this.#store, kind, namespace ?? '', name);
    const admitted = admit(kind, version, this.#withSystemFields(kind, object), {
      live: undefined,
      fieldValidation: options.fieldValidation,
    });
    const noted = noteUpdate(
      undefined,
      admitted.object,
      this.#manager(resource, options, 'Update'),
      shapesFor(resource),
    );
    const stored = this.#store.create(kind.key, noted, { dryRun: options.dryRun });
    return { object: inVersion(stored, resource), created: true, warnings: admitted.warnings };
  }

  replace(resource: Resource, name: Name, sent: JsonObject, options: WriteOptions): Written {
    const live = this.#live(resource, name);
    if (resource.subresource === 'scale')
      return this.#write(resource, live, scaled(resource, live, sent), options);
    const { kind, version } = resource;
    const object = addressed(kind, version, sent, name);
    if (kind.custom && textAt(object, 'metadata', 'resourceVersion') === '') {
      const message = 'Invalid value: 0x0: must be specified for an update';
      throw invalid(kind, name.name, [{ path: 'metadata.resourceVersion', message }]);
    }
    return this.#write(resource, live, object, options);
  }

  patch(resource: Resource, name: Name, patch: Patch, options: WriteOptions): Written {
    if (patch.kind === 'apply') return this.#apply(resource, name, patch, options);
    const live = this.#live(resource, name);
    const shown = this.view(resource, live);
    const patched = patchedObject(resource, shown, patch);
    const next = resource.subresource === 'scale' ? scaled(resource, live, patched) : patched;
    return this.#write(resource, live, addressed(resource.kind, resource.version, next, name), options);
  }

  delete(
    resource: Resource,
    name: Name,
    options: DeleteOptions,
  ): { readonly object: JsonObject; readonly gone: boolean } {
    const { object, gone } = this.#store.delete(resource.kind.key, name, options);
    return { object: inVersion(object, resource), gone };
  }

  /** The object as this resource shows it: in its version, or as a scale. */
  view(resource: Resource, object: StoredObject): JsonObject {
    const { scale } = resource.kind;
    return resource.subresource === 'scale' && scale !== undefined
      ? toScale(object, scale)
      : inVersion(object, resource);
  }

  #apply(
    resource: Resource,
    name: Name,
    { configuration, force }: Extract<Patch, { kind: 'apply' }>,
    options: WriteOptions,
  ): Written {
    const { kind, version } = resource;
    const manager = this.#manager(resource, options, 'Apply');
    const live = this.#store.get(kind.key, name);
    const wanted = addressed(kind, version, onlyPart(resource, configuration), name);
    const shapes = shapesFor(resource);
    const base = live === undefined ? undefined : inVersion(live, resource);
    if (base !== undefined) {
      const next = applyConfiguration(base, wanted, manager, { force, shapes });
      return this.#save(resource, next, live, options);
    }
    if (resource.subresource !== '') throw notFound(kind, name.name);
    if (kind.namespaced) checkNamespace(this.#store, kind, name.namespace ?? '', name.name);
    const admitted = admit(kind, version, this.#withSystemFields(kind, wanted), {
      live: undefined,
      fieldValidation: options.fieldValidation,
    });
    const owned = applyConfiguration(undefined, wanted, manager, { force, shapes });
    const managed = { ...metadataOf(admitted.object), managedFields: metadataOf(owned)['managedFields'] };
    const stored = this.#store.create(
      kind.key,
      { ...admitted.object, metadata: managed },
      { dryRun: options.dryRun },
    );
    return { object: inVersion(stored, resource), created: true, warnings: admitted.warnings };
  }

  #write(resource: Resource, live: StoredObject, next: JsonObject, options: WriteOptions): Written {
    const part =
      resource.subresource === 'status' ? { ...inVersion(live, resource), status: next['status'] } : next;
    const manager = this.#manager(resource, options, 'Update');
    const before = inVersion(live, resource);
    const noted = noteUpdate(before, this.#asStored(resource, part, live), manager, shapesFor(resource));
    const version = { resourceVersion: metadataOf(next)['resourceVersion'], uid: metadataOf(next)['uid'] };
    const checked = { ...noted, metadata: { ...metadataOf(noted), ...version } };
    return this.#save(resource, checked, live, options);
  }

  /** Status, or everything but status, is as it was: whoever writes the other part did not change it. */
  #asStored({ kind, subresource }: Resource, next: JsonObject, live: StoredObject): JsonObject {
    if (subresource === 'status' || !kind.hasStatus) return next;
    return { ...next, status: live['status'] };
  }

  #save(
    resource: Resource,
    next: JsonObject,
    live: StoredObject | undefined,
    options: WriteOptions,
  ): Written {
    const { kind, version, subresource } = resource;
    const admitted = admit(kind, version, next, { live, fieldValidation: options.fieldValidation });
    const part = subresource === 'status' ? 'status' : 'main';
    const stored = this.#store.update(kind.key, admitted.object, { part, dryRun: options.dryRun });
    return { object: this.view(resource, stored), created: false, warnings: admitted.warnings };
  }

  #live({ kind }: Resource, name: Name): StoredObject {
    const live = this.#store.get(kind.key, name);
    if (live === undefined) throw notFound(kind, name.name);
    return live;
  }

  #withSystemFields(kind: Kind, object: JsonObject): JsonObject {
    if (kind.key !== 'services') return object;
    this.#addresses += 1;
    return withClusterIp(object, this.#addresses);
  }

  #manager(
    { kind, version, subresource }: Resource,
    options: WriteOptions,
    operation: Manager['operation'],
  ): Manager {
    const time = timestamp(this.#now());
    return {
      name: options.manager,
      operation,
      apiVersion: apiVersionOf(kind.group, version),
      subresource,
      time,
    };
  }
}

function metadataOf(object: JsonObject): JsonObject {
  return isObject(object['metadata']) ? object['metadata'] : {};
}

function inVersion(object: StoredObject, { kind, version }: Resource): StoredObject {
  return { ...object, apiVersion: apiVersionOf(kind.group, version) };
}

/** An applied status configuration sets nothing but status, any other everything but. */
function onlyPart({ kind, subresource }: Resource, configuration: JsonObject): JsonObject {
  const { apiVersion, kind: name, metadata, status, ...rest } = configuration;
  if (subresource === 'status') return { apiVersion, kind: name, metadata, status };
  return kind.hasStatus ? { apiVersion, kind: name, metadata, ...rest } : configuration;
}

function scaled({ kind }: Resource, live: StoredObject, scale: JsonObject): JsonObject {
  if (kind.scale === undefined) throw new Error(`${kind.key} has no scale`);
  return withScale(live, scale, kind.scale);
}

export function shapesFor({ kind, version }: Resource): Shapes {
  return kind.custom ? shapesOf(versionOf(kind, version)?.openApi) : builtinShapes;
}

function patchedObject(
  { kind }: Resource,
  shown: JsonObject,
  patch: Exclude<Patch, { kind: 'apply' }>,
): JsonObject {
  switch (patch.kind) {
    case 'json':
      return jsonPatch(shown, patch.operations);
    case 'merge': {
      const merged = mergePatch(shown, patch.patch);
      return isObject(merged) ? merged : {};
    }
    case 'strategic':
      if (!kind.custom) return strategicMerge(shown, patch.patch);
      throw new Refusal(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
  }
}
