/**
 * The controllers of the sandbox: they make Deployments roll, give Services endpoints, accept routes and stand in for
 * Knative, on the clock they are given. Each looks at the store as it is and does what is missing; a change wakes those
 * it concerns.
 */
import { instant, until, type Instant } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { actOnDaemonSet } from './actors/daemon-set.ts';
import { actOnDeployment } from './actors/deployment.ts';
import { actOnService } from './actors/endpoints.ts';
import { actOnAutoscaler } from './actors/autoscaler.ts';
import { actOnKnativeRevision, actOnKnativeService } from './actors/knative.ts';
import { actOnReplicaSet } from './actors/replica-set.ts';
import { actOnRoute } from './actors/route.ts';
import { controllerOf } from './actors/ownership.ts';
import { Kubelet, type PodRuntime } from './kubelet.ts';
import type { Change, Name, Store } from './store.ts';

export type { PodRuntime, PodSpec, PodState } from './kubelet.ts';
export { virtualPods } from './virtual-pods.ts';

/** Acts on one object; the answer is when to look again although nothing changed. */
type Act = (store: Store, name: Name, now: Instant) => Instant | undefined;

const ACTS: Readonly<Record<string, Act>> = {
  'deployments.apps': actOnDeployment,
  'replicasets.apps': actOnReplicaSet,
  'daemonsets.apps': actOnDaemonSet,
  services: actOnService,
  'horizontalpodautoscalers.autoscaling': actOnAutoscaler,
  'httproutes.gateway.networking.k8s.io': actOnRoute,
  'services.serving.knative.dev': actOnKnativeService,
  'revisions.serving.knative.dev': actOnKnativeRevision,
};

const OWNER_KEYS: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  DaemonSet: 'daemonsets.apps',
  Revision: 'revisions.serving.knative.dev',
  // Those of Kubernetes own slices, by which nothing is decided.
  Service: 'services.serving.knative.dev',
};

export interface ActorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly runtime: PodRuntime;
  /** Ends every actor. */
  readonly signal: AbortSignal;
}

export function startActors(options: ActorOptions): void {
  new Actors(options).start();
}

interface Task {
  readonly key: string;
  readonly name: Name;
}

class Actors {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #kubelet: Kubelet;
  readonly #due = new Map<string, Task>();
  /** The earliest alarm per task; later ones are set when it rings. */
  readonly #alarms = new Map<string, Instant>();
  #scheduled = false;

  constructor({ store, clock, runtime, signal }: ActorOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#signal = signal;
    this.#kubelet = new Kubelet(store, runtime, () => clock.now());
  }

  start(): void {
    const stop = this.#store.subscribe('*', (change) => this.#wake(change));
    this.#signal.addEventListener('abort', stop, { once: true });
  }

  #wake(change: Change): void {
    const { key, object } = change;
    this.#add({ key, name: object.metadata });
    if (key === 'pods') {
      this.#kubelet.see(change);
      this.#addServices(object.metadata.namespace ?? '');
    }
    const owner = controllerOf(object);
    const ownerKey = OWNER_KEYS[owner?.kind ?? ''];
    if (owner !== undefined && ownerKey !== undefined) {
      this.#add({ key: ownerKey, name: { namespace: object.metadata.namespace, name: owner.name } });
    }
    if (key === 'deployments.apps')
      this.#addAll('horizontalpodautoscalers.autoscaling', object.metadata.namespace ?? '');
  }

  #addServices(namespace: string): void {
    this.#addAll('services', namespace);
  }

  #addAll(key: string, namespace: string): void {
    for (const { metadata } of this.#store.list(key, namespace)) this.#add({ key, name: metadata });
  }

  #add({ key, name }: Task): void {
    if (ACTS[key] === undefined) return;
    this.#due.set(taskId(key, name), { key, name: { namespace: name.namespace, name: name.name } });
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the write that caused it has been answered, as in a real cluster.
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#signal.aborted) return;
    const tasks = [...this.#due.values()];
    this.#due.clear();
    for (const task of tasks) {
      const again = ACTS[task.key]?.(this.#store, task.name, this.#clock.now());
      if (again !== undefined) this.#setAlarm(task, again);
    }
  }

  #setAlarm(task: Task, at: Instant): void {
    const id = taskId(task.key, task.name);
    const set = this.#alarms.get(id);
    if (set !== undefined && set <= at) return;
    this.#alarms.set(id, at);
    const span = until(instant(this.#clock.now()), at);
    this.#clock.sleep(span, { signal: this.#signal }).then(
      () => {
        if (this.#alarms.get(id) === at) this.#alarms.delete(id);
        this.#add(task);
      },
      // Only the end of the sandbox ends a sleep early.
      () => undefined,
    );
  }
}

function taskId(key: string, { namespace, name }: Name): string {
  return `${key} ${namespace ?? ''}/${name}`;
}
