/** How an answer is written: as objects, as metadata alone, or as the rows of a table, by what the client accepts. */
import type { Resource } from './api.ts';
import { without, type JsonObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import type { StoredObject } from './store.ts';
import { partialMetadata, toTable, type IncludeObject } from './table.ts';

export type Representation =
  | { readonly kind: 'object' }
  | { readonly kind: 'metadata' }
  | { readonly kind: 'table'; readonly include: IncludeObject };

/** The first of the accepted forms that is known here. */
export function chooseRepresentation(accept: string, includeObject: string | null): Representation {
  for (const form of accept.split(',')) {
    if (form.includes('as=Table') && form.includes('json'))
      return { kind: 'table', include: included(includeObject) };
    if (form.includes('as=PartialObjectMetadata') && form.includes('json')) return { kind: 'metadata' };
    if (/^\s*(application\/json|application\/\*|\*\/\*)\s*(;|$)/.test(form)) return { kind: 'object' };
  }
  return { kind: 'object' };
}

function included(text: string | null): IncludeObject {
  return text === 'None' || text === 'Object' ? text : 'Metadata';
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export class Writer {
  readonly #resource: Resource;
  readonly #representation: Representation;
  readonly #now: () => number;

  constructor(resource: Resource, representation: Representation, now: () => number) {
    this.#resource = resource;
    this.#representation = representation;
    this.#now = now;
  }

  /** One object, as the answer to a read or as an event of a watch. */
  one(object: StoredObject): JsonObject {
    switch (this.#representation.kind) {
      case 'object':
        return this.#versioned(object);
      case 'metadata':
        return partialMetadata(object);
      case 'table':
        return this.#table(
          [object],
          { resourceVersion: object.metadata.resourceVersion },
          this.#representation.include,
        );
    }
  }

  /** A list as JSON text, written piece by piece because it may be long. */
  list(objects: readonly StoredObject[], metadata: ListMetadata): string {
    const { kind, version } = this.#resource;
    switch (this.#representation.kind) {
      case 'table':
        return JSON.stringify(this.#table(objects, metadata, this.#representation.include));
      case 'metadata':
        return listText(
          'PartialObjectMetadataList',
          'meta.k8s.io/v1',
          metadata,
          objects.map(partialMetadata),
        );
      case 'object': {
        // Items of built-in kinds come without kind and version, those of custom kinds with.
        const items = kind.custom
          ? objects.map((object) => this.#versioned(object))
          : objects.map((object) => without(object, 'apiVersion', 'kind'));
        return listText(`${kind.kind}List`, apiVersionOf(kind.group, version), metadata, items);
      }
    }
  }

  /** A bookmark carries nothing but how far the watch has come. */
  bookmark(version: number, initialEventsEnd: boolean): JsonObject {
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = { resourceVersion: String(version), creationTimestamp: null, ...annotations };
    const { kind, version: name } = this.#resource;
    const object = { kind: kind.kind, apiVersion: apiVersionOf(kind.group, name), metadata };
    if (this.#representation.kind !== 'table') return object;
    const rows = [
      { cells: [], object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } },
    ];
    return { ...this.#table([], { resourceVersion: String(version) }, 'None'), rows };
  }

  #versioned(object: StoredObject): StoredObject {
    const apiVersion = apiVersionOf(this.#resource.kind.group, this.#resource.version);
    return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  }

  #table(objects: readonly StoredObject[], metadata: ListMetadata, include: IncludeObject): JsonObject {
    const { kind, version } = this.#resource;
    const versioned = objects.map((object) => this.#versioned(object));
    return toTable(kind, version, versioned, { metadata: { ...metadata }, include, now: this.#now() });
  }
}

function listText(
  kind: string,
  apiVersion: string,
  metadata: ListMetadata,
  items: readonly JsonObject[],
): string {
  const head = JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1);
  return `${head},"items":[${items.map((item) => JSON.stringify(item)).join(',')}]}`;
}
