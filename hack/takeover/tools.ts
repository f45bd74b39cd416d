/** What a controller works with, over a cluster in this process: the same rules as over HTTPS, without the wire. */
import { createEvents } from '../../src/adapters/kubernetes/events.ts';
import { refusalOf } from '../../src/adapters/kubernetes/refusal.ts';
import { kindOf } from '../../src/api/kinds.ts';
import type { ApiError, KubeObject, ObjectRef, Written } from '../../src/api/objects.ts';
import { parseFlags } from '../../src/controller/flags.ts';
import type { Settings } from '../../src/controller/settings.ts';
import type { Tools } from '../../src/controller/tools.ts';
import { Vitals } from '../../src/controller/vitals.ts';
import type { Patch, Resource } from '../../src/sandbox/api.ts';
import { without } from '../../src/sandbox/json.ts';
import { splitApiVersion, type Kind } from '../../src/sandbox/kinds.ts';
import { Refusal } from '../../src/sandbox/refusal.ts';
import type { Change, StoredObject } from '../../src/sandbox/store.ts';
import { metricProvider } from '../../src/metrics/registry.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { Http } from '../../src/shared/http.ts';
import type { Logger } from '../../src/shared/logger.ts';
import { err, ok } from '../../src/shared/result.ts';
import type { Cluster } from './cluster.ts';

const OPTIONS = { dryRun: false, manager: 'serin', fieldValidation: 'Ignore' } as const;

export interface ToolsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly http: Http;
  readonly log: Logger;
}

export function toolsFor({ cluster, clock, http, log }: ToolsOptions): Tools {
  const objects = objectsIn(cluster);
  const tools: Tools = {
    metrics: { provider: (backend) => metricProvider(backend, tools) },
    objects,
    watched: watchedIn(cluster),
    events: createEvents(objects),
    paths: { get: async () => err({ kind: 'unavailable', detail: 'nobody' }) },
    http,
    prometheus: { query: async () => ok(100) },
    identity: { google: async () => err('nobody'), aws: async () => err('nobody') },
    clock,
    random: () => 0.5,
    log,
    vitals: new Vitals(),
    settings: usualSettings(),
    settledAt: () => undefined,
  };
  return tools;
}

function usualSettings(): Settings {
  const parsed = parseFlags([], {});
  if (!parsed.ok || parsed.value.kind !== 'run') throw new Error('a controller does not start without flags');
  return parsed.value.settings;
}

function objectsIn({ store, kinds, api }: Cluster): Tools['objects'] {
  const resourceOf = (ref: ObjectRef, subresource: Resource['subresource'] = ''): Resource => {
    const kind = kinds.ofObject(ref.apiVersion, ref.kind);
    if (kind === undefined) throw new Refusal(404, 'NotFound', `${ref.kind} is not served`);
    return { kind, version: splitApiVersion(ref.apiVersion)[1], subresource };
  };
  const patch = (ref: ObjectRef, how: Patch, subresource: Resource['subresource']): Written =>
    answer(ref, () => api.patch(resourceOf(ref, subresource), nameOf(ref), how, OPTIONS).object);
  return {
    read: async (ref) =>
      answer(ref, () => {
        const { kind } = resourceOf(ref);
        const found = store.get(kind.key, nameOf(ref));
        if (found === undefined) throw notFound(kind, ref);
        return found;
      }),
    list: async ({ apiVersion, kind }, { namespace, label, value }) => {
      const { key } = resourceOf({ apiVersion, kind, name: '' }).kind;
      return ok(store.list(key, namespace).filter(({ metadata }) => metadata.labels?.[label] === value));
    },
    create: async (object) => {
      const ref = refOf(object);
      return answer(ref, () => api.create(resourceOf(ref), ref.namespace, object, OPTIONS).object);
    },
    replace: async (object) => {
      const ref = refOf(object);
      return answer(ref, () => api.replace(resourceOf(ref), nameOf(ref), object, OPTIONS).object);
    },
    patch: async (ref, body, { subresource }) =>
      patch(ref, { kind: 'merge', patch: body }, subresource ?? ''),
    apply: async (object) => patch(refOf(object), { kind: 'apply', configuration: object, force: true }, ''),
    delete: async (ref, { uid, resourceVersion }) => {
      const gone = answer(
        ref,
        () => api.delete(resourceOf(ref), nameOf(ref), { uid, resourceVersion }).object,
      );
      return gone.ok ? ok() : gone;
    },
  };
}

/** Answers of the API are written JSON, so what comes out is an object like any other. */
function answer(ref: ObjectRef, call: () => unknown): Written {
  try {
    return ok(call() as KubeObject);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return err(apiError(ref, error));
  }
}

function apiError({ kind, namespace, name }: ObjectRef, refusal: Refusal): ApiError {
  const what = `${kind} ${namespace ?? ''}/${name}`;
  return refusalOf(what, refusal.code, JSON.stringify(refusal.status()), false).error;
}

function notFound(kind: Kind, { name }: ObjectRef): Refusal {
  return new Refusal(404, 'NotFound', `${kind.key} "${name}" not found`, { name, kind: kind.plural });
}

/** As caches are: without managed fields, of configuration only metadata, and told a moment later. */
function watchedIn({ store, kinds }: Cluster): Tools['watched'] {
  const keyOf = ({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): string => {
    const found = kinds.ofObject(apiVersion, kind);
    if (found === undefined) throw new Error(`${kind} in ${apiVersion} is not watched`);
    return found.key;
  };
  return {
    get: (ref) => {
      const found = store.get(keyOf(ref), nameOf(ref));
      return found && cached(found);
    },
    list: (kind, namespace) => store.list(keyOf(kind), namespace).map(cached),
    watch: async () => ok(),
    caughtUp: async () => undefined,
    onChange: (listener) => {
      const tell = ({ type, object }: Pick<Change, 'type' | 'object'>): void => {
        if (kindOf(object) === undefined) return;
        const shown = type === 'DELETED' ? undefined : cached(object);
        setImmediate(() => listener(refOf(object), shown));
      };
      // A cache that is being filled tells of everything there is.
      for (const { key } of kinds.all())
        for (const object of store.list(key)) tell({ type: 'ADDED', object });
      store.subscribe('*', tell);
    },
  };
}

function cached({ apiVersion, kind, metadata, ...rest }: StoredObject): KubeObject {
  const plain = { apiVersion, kind, metadata: without(metadata, 'managedFields') as KubeObject['metadata'] };
  return kind === 'ConfigMap' || kind === 'Secret' ? plain : { ...plain, ...rest };
}

function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

function nameOf({ namespace, name }: ObjectRef): { namespace: string | undefined; name: string } {
  return { namespace, name };
}
