/**
 * Reading and writing objects as plain JSON, for every kind there is. Nothing is kept here and nothing repeated:
 * one call is one request, and what it means that it failed is the caller's business.
 */
import type { Kind } from '../../api/kinds.ts';
import type {
  ApiError,
  CallOptions,
  KubeObject,
  ObjectReader,
  ObjectRef,
  ObjectWriter,
  Written,
} from '../../api/objects.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { listPage } from './list-watch.ts';
import { droppedField } from './pruned.ts';
import type { Refusal } from './refusal.ts';
import { pathOf, Resources } from './resources.ts';
import type { ApiCall, Transport } from './transport.ts';

export const FIELD_MANAGER = 'serin';

export interface ObjectsOptions {
  readonly transport: Transport;
  /** Told of every write that succeeded and the version it returned; `WatchCache.expect` is made for it. */
  readonly onWritten?: (ref: ObjectRef, version: string) => void;
  /** Calls are not held up by the rate limit: for upkeep without which everything else stops. */
  readonly urgent?: boolean;
}

type PatchOptions = Parameters<ObjectWriter['patch']>[2];
type DeleteOptions = Parameters<ObjectWriter['delete']>[1];
type Details = Omit<ApiCall, 'resource' | 'object' | 'path'> & { readonly subresource?: string };

export function createObjects(options: ObjectsOptions): ObjectWriter & ObjectReader {
  return new Objects(options);
}

class Objects implements ObjectWriter, ObjectReader {
  readonly #transport: Transport;
  readonly #resources: Resources;
  readonly #onWritten: (ref: ObjectRef, version: string) => void;
  readonly #urgent: boolean;

  constructor({ transport, onWritten = () => undefined, urgent = false }: ObjectsOptions) {
    this.#transport = transport;
    this.#resources = new Resources(transport);
    this.#onWritten = onWritten;
    this.#urgent = urgent;
  }

  async read(ref: ObjectRef, options: CallOptions): Promise<Written> {
    return objectFrom(ref, await this.#call(ref, { verb: 'get' }, options));
  }

  async list(
    kind: Kind,
    { namespace, label, value }: Parameters<ObjectReader['list']>[1],
    options: CallOptions,
  ): Promise<Result<readonly KubeObject[], ApiError>> {
    const selection = { ...kind, namespace, labelSelector: `${label}=${value}` };
    const page = await listPage(this.#transport, selection, { next: '', whole: true }, options);
    return page.ok ? ok(page.value.items) : err(page.error.error);
  }

  create(object: KubeObject, options: CallOptions): Promise<Written> {
    return this.#write(refOf(object), { verb: 'create', body: object, query: MANAGED }, options);
  }

  async replace(object: KubeObject, options: CallOptions): Promise<Written> {
    const ref = refOf(object);
    if (object.metadata.resourceVersion === undefined || object.metadata.resourceVersion === '') {
      throw new Error(`replacing ${describe(ref)} without a resourceVersion would undo what others wrote`);
    }
    return this.#write(ref, { verb: 'update', body: object, query: MANAGED }, options);
  }

  async patch(
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
    { signal, subresource }: PatchOptions,
  ): Promise<Written> {
    const details = { verb: 'patch', body: patch, query: MANAGED } as const;
    const contentType = 'application/merge-patch+json';
    const call = { ...details, contentType, ...(subresource !== undefined && { subresource }) };
    const written = await this.#write(ref, call, { signal });
    if (!written.ok || subresource !== 'status') return written;
    const dropped = droppedField(patch, written.value);
    if (dropped === undefined) return written;
    const detail =
      `patching the status of ${describe(ref)}: the API server accepted it and dropped ${dropped}, ` +
      'which the installed definition of the kind does not know';
    return err({ kind: 'pruned', detail });
  }

  apply(object: KubeObject, options: CallOptions): Promise<Written> {
    const { managedFields: _, ...metadata } = object.metadata;
    const body = { ...object, metadata };
    const query = { ...MANAGED, force: 'true' };
    const contentType = 'application/apply-patch+yaml';
    return this.#write(refOf(object), { verb: 'apply', body, query, contentType }, options);
  }

  async delete(
    ref: ObjectRef,
    { signal, uid, resourceVersion }: DeleteOptions,
  ): Promise<Result<undefined, ApiError>> {
    const preconditions = {
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(Object.keys(preconditions).length > 0 && { preconditions }),
    };
    const answer = await this.#call(ref, { verb: 'delete', body }, { signal });
    return answer.ok ? ok() : err(answer.error.error);
  }

  async #write(ref: ObjectRef, details: Details, options: CallOptions): Promise<Written> {
    const written = objectFrom(ref, await this.#call(ref, details, options));
    if (written.ok) this.#onWritten(ref, written.value.metadata.resourceVersion ?? '');
    return written;
  }

  async #call(
    ref: ObjectRef,
    { subresource, ...details }: Details,
    options: CallOptions,
  ): Promise<Result<unknown, Refusal>> {
    const found = await this.#resources.find(ref, options);
    if (!found.ok) return found;
    const call = {
      ...details,
      ...addressOf(found.value, ref, details.verb, subresource),
      urgent: this.#urgent,
    };
    return this.#transport.call(call, options);
  }
}

const MANAGED = { fieldManager: FIELD_MANAGER } as const;

function addressOf(
  kind: Kind,
  { namespace, name }: ObjectRef,
  verb: ApiCall['verb'],
  subresource: string | undefined,
): Pick<ApiCall, 'resource' | 'object' | 'path'> {
  if (kind.namespaced && namespace === undefined) {
    throw new Error(`${kind.kind} ${name} is in a namespace, found none in the reference`);
  }
  const target = verb === 'create' ? { namespace } : { namespace, name };
  return {
    resource: subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`,
    object: kind.namespaced ? `${namespace}/${name}` : name,
    path: pathOf(kind, { ...target, ...(subresource !== undefined && { subresource }) }),
  };
}

/** Which object this is. */
export function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

function describe({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function objectFrom(ref: ObjectRef, answer: Result<unknown, Refusal>): Written {
  if (!answer.ok) return err(answer.error.error);
  if (isKubeObject(answer.value)) return ok(answer.value);
  return err({ kind: 'unavailable', detail: `${describe(ref)}: the answer is not an object of that kind` });
}

/** Has what every object has; what is in it is for others to check. */
export function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<Record<string, unknown>>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return false;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata;
}
