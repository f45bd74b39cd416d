/**
 * The embedded cluster without its server, on a clock of its own: the store, the API's rules, and the controllers that
 * make workloads move. A recorded state is put into it as it was, with the ReplicaSets and pods its counts imply.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { KINDS } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { startActors, virtualPods, type PodRuntime } from '../../src/sandbox/actors.ts';
import { Api } from '../../src/sandbox/api.ts';
import { BUILTIN_KINDS, CRD_KEY } from '../../src/sandbox/builtin-kinds.ts';
import { followDefinitions } from '../../src/sandbox/custom-resources.ts';
import { isObject, type JsonObject } from '../../src/sandbox/json.ts';
import { aKind, Kinds } from '../../src/sandbox/kinds.ts';
import { Store, type StoredObject } from '../../src/sandbox/store.ts';
import { millis } from '../../src/shared/brand.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { RUNNING, workloadParts } from './pods.ts';
import type { RecordedState } from './recordings.ts';

const POD_READY_AFTER = millis(1_500);
const DEFINITIONS = join(import.meta.dirname, '../../crds');

export interface Cluster {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly api: Api;
  /** Ends what makes workloads move. */
  stop(): void;
}

export function startCluster(clock: Clock): Cluster {
  const kinds = new Kinds(BUILTIN_KINDS);
  const store = new Store({ kinds, clock, uid: counter() });
  followDefinitions(store, kinds, () => clock.now());
  for (const definition of definitions()) store.create(CRD_KEY, definition);
  const { apiVersion, kind, plural, namespaced } = KINDS.HTTPRoute;
  const [group = '', version = ''] = apiVersion.split('/');
  const route = { group, version, kind, plural, namespaced, hasStatus: true, hasGeneration: true };
  kinds.add(aKind({ ...route, custom: true }));
  const ended = new AbortController();
  startActors({ store, clock, runtime: podRuntime(clock), signal: ended.signal });
  return {
    store,
    kinds,
    api: new Api(store, () => clock.now()),
    stop: () => ended.abort(new Error('the cluster was stopped')),
  };
}

/** Puts the state in; what its workloads look like comes from the states of its story up to it. */
export function load(
  { store, kinds }: Cluster,
  state: RecordedState,
  before: readonly RecordedState[],
): void {
  const namespace = state.objects[0]?.metadata.namespace ?? 'default';
  store.create('namespaces', { metadata: { name: namespace } });
  const parts = state.objects
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((deployment) => workloadParts(deployment, before));
  for (const object of ordered([...state.objects, ...parts])) {
    const kind = kinds.ofObject(object.apiVersion, object.kind);
    if (kind === undefined) throw new Error(`no kind ${object.kind} in ${object.apiVersion} is served`);
    store.restore(kind.key, object as StoredObject);
  }
}

/** Owners before what they own. */
function ordered(objects: readonly KubeObject[]): readonly KubeObject[] {
  const depth = (object: KubeObject): number => {
    const owner = object.metadata.ownerReferences?.[0]?.uid;
    const found = objects.find(({ metadata }) => metadata.uid === owner);
    return found === undefined || owner === undefined ? 0 : 1 + depth(found);
  };
  return objects.toSorted((a, b) => depth(a) - depth(b));
}

/** Pods that are there from the start run already. */
function podRuntime(clock: Clock): PodRuntime {
  const usual = virtualPods({ readyAfter: POD_READY_AFTER, clock });
  return {
    start: (pod, report) => {
      if (pod.annotations[RUNNING] === 'true') report({ ready: true });
      else usual.start(pod, report);
    },
    stop: (pod) => usual.stop(pod),
  };
}

let parsed: readonly JsonObject[] | undefined;

function definitions(): readonly JsonObject[] {
  parsed ??= readdirSync(DEFINITIONS)
    .flatMap((file) => parseAllDocuments(readFileSync(join(DEFINITIONS, file), 'utf8')))
    .map((document): unknown => document.toJS())
    .filter(isObject);
  return parsed;
}

/** Identifiers that are the same in every run, so that every run is the same. */
function counter(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  };
}
