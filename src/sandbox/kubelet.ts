/** Runs the pods of the store in a runtime it is given, and keeps their status true to what the runtime reports. */
import { isObject, listAt, objectAt, textAt, type JsonObject } from './json.ts';
import { timestamp, type Change, type Name, type Store, type StoredObject } from './store.ts';

/** What a runtime needs to know to run a pod. */
export interface PodSpec {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As the manifest has them, with defaults. */
  readonly containers: readonly JsonObject[];
}

export interface PodState {
  readonly ready: boolean;
  readonly podIP?: string;
  /** Why its containers do not run: `CrashLoopBackOff`, `ImagePullBackOff`. */
  readonly failed?: string;
}

export interface PodRuntime {
  /** May report at once and as often as something changes. */
  start(pod: PodSpec, report: (state: PodState) => void): void;
  /** Resolves once nothing of the pod runs. */
  stop(pod: { readonly namespace: string; readonly name: string }): Promise<void>;
}

export const NODE = 'sandbox-node';

export class Kubelet {
  readonly #store: Store;
  readonly #runtime: PodRuntime;
  readonly #now: () => number;
  /** The uids of pods that were started and not yet stopped. */
  readonly #running = new Set<string>();
  #addresses = 0;

  constructor(store: Store, runtime: PodRuntime, now: () => number) {
    this.#store = store;
    this.#runtime = runtime;
    this.#now = now;
  }

  see({ type, object }: Change): void {
    const { uid, deletionTimestamp } = object.metadata;
    if (type === 'DELETED' || deletionTimestamp !== undefined) void this.#stop(object);
    else if (type === 'ADDED' && !this.#running.has(uid)) this.#start(object);
  }

  #start(pod: StoredObject): void {
    const { uid, name, namespace = '', labels = {}, annotations = {} } = pod.metadata;
    this.#running.add(uid);
    this.#addresses += 1;
    const address = `10.244.${Math.floor(this.#addresses / 254) % 256}.${(this.#addresses % 254) + 1}`;
    const containers = listAt(pod, 'spec', 'containers').filter(isObject);
    this.#runtime.start({ namespace, name, uid, labels, annotations, containers }, (state) =>
      this.#report(pod.metadata, uid, { podIP: address, ...state }),
    );
  }

  async #stop({ metadata }: StoredObject): Promise<void> {
    const { uid, name, namespace = '' } = metadata;
    if (this.#running.delete(uid)) await this.#runtime.stop({ namespace, name });
    if (this.#store.get('pods', metadata)?.metadata.uid === uid) this.#store.finish('pods', metadata);
  }

  #report(name: Name, uid: string, state: PodState): void {
    const pod = this.#store.get('pods', name);
    if (pod === undefined || pod.metadata.uid !== uid) return;
    this.#store.update(
      'pods',
      { ...pod, status: podStatus(pod, state, timestamp(this.#now())) },
      { part: 'status' },
    );
  }
}

function podStatus(pod: StoredObject, { ready, podIP = '', failed }: PodState, time: string): JsonObject {
  const before = listAt(pod, 'status', 'conditions');
  const condition = (type: string, holds: boolean): JsonObject => {
    const known = before.find((item) => textAt(item, 'type') === type);
    const status = holds ? 'True' : 'False';
    const since = textAt(known, 'status') === status ? textAt(known, 'lastTransitionTime') : time;
    return { type, status, lastProbeTime: null, lastTransitionTime: since };
  };
  const state =
    failed === undefined
      ? { running: { startedAt: pod.metadata.creationTimestamp } }
      : { waiting: { reason: failed } };
  return {
    ...objectAt(pod, 'status'),
    phase: 'Running',
    conditions: [
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled', true),
    ],
    hostIP: '127.0.0.1',
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.metadata.creationTimestamp,
    containerStatuses: listAt(pod, 'spec', 'containers').map((container) => ({
      name: textAt(container, 'name'),
      image: textAt(container, 'image'),
      ready,
      started: failed === undefined,
      restartCount: failed === undefined ? 0 : 1,
      state,
    })),
  };
}
