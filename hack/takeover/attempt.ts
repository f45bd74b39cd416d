/** One recorded state, put into a cluster of its own and taken over, with its whole world on one clock. */
import { Manager } from '../../src/controller/manager.ts';
import { objectAt } from '../../src/sandbox/json.ts';
import type { StoredObject } from '../../src/sandbox/store.ts';
import { millis } from '../../src/shared/brand.ts';
import type { Http } from '../../src/shared/http.ts';
import { silentLogger, type Logger } from '../../src/shared/logger.ts';
import { ok } from '../../src/shared/result.ts';
import { abilitiesOf, providerNames } from '../../src/traffic/registry.ts';
import { HandClock } from '../../test/support/clock.ts';
import { load, startCluster, type Cluster } from './cluster.ts';
import { continuationOf, open, type Continuation, type Hands } from './continuation.ts';
import { CANARY, sceneOf, type Finder } from './namespace.ts';
import { Recorder, type Record } from './record.ts';
import { momentOf, type RecordedState } from './recordings.ts';
import { toolsFor } from './tools.ts';

/** Seconds without a change after which the world stands still: intervals, drain and deadlines are shorter. */
const QUIET = 120;
/** Seconds. No story goes on for longer. */
const LONGEST = 1_800;
const STEP = 1_000;
/** What a moment is made of. */
const SEEN: ReadonlySet<string> = new Set([
  'canaries.flagger.app',
  'deployments.apps',
  'pods',
  'configmaps',
  'httproutes.gateway.networking.k8s.io',
]);

export interface AttemptOptions {
  /** Milliseconds for which nobody was in charge before the take-over. */
  readonly idle?: number;
  /** Whether the user's next release is made too; it is unless this is false. */
  readonly release?: boolean;
  readonly log?: Logger;
}

/** What became of a state, and of the user's next release after it, where there is a Canary to take it. */
export interface Attempt {
  readonly record: Record;
  readonly next: Record | undefined;
}

export const NEXT_TAG = '6.1.0';
/** Time costs nothing here. */
const STRAIN = 300;

/** Runs until the world stands still and the story's user has nothing left to do; then he releases once more. */
export async function attempt(
  state: RecordedState,
  before: readonly RecordedState[],
  { idle = 0, release = true, log = silentLogger }: AttemptOptions = {},
): Promise<Attempt> {
  const clock = new HandClock(momentOf(state));
  const cluster = startCluster(clock);
  const stopped = new AbortController();
  load(cluster, state, before);
  // Not even for a moment: what was about to happen has not happened yet.
  if (idle > 0) await clock.advance(idle);
  const world = new World(clock, cluster, state);
  const leading = managerOver(cluster, clock, world.http, log).lead(stopped.signal);
  try {
    const record = await world.play(continuationOf(state, { strain: STRAIN }));
    const taken = record.moments.at(-1)?.scene.taken === true;
    const next = taken && release ? await world.play(NEXT) : undefined;
    return { record, next };
  } finally {
    stopped.abort(new Error('the attempt is over'));
    await leading;
    cluster.stop();
  }
}

const NEXT: Continuation = { ...open, acts: [[0, ({ push }) => push(NEXT_TAG)]] };

/** Everything around the controller: who releases, who answers hooks, and who watches. */
class World {
  readonly #clock: HandClock;
  readonly #cluster: Cluster;
  readonly #find: Finder;
  readonly #hands: Hands;
  #continuation: Continuation = open;
  #began: number;

  constructor(clock: HandClock, cluster: Cluster, state: RecordedState) {
    this.#clock = clock;
    this.#cluster = cluster;
    this.#find = finderIn(cluster, state);
    this.#hands = handsIn(cluster, state, this.#find);
    this.#began = clock.now();
  }

  readonly http: Http = async () => {
    const status = this.#continuation.answer(this.#elapsed(), this.#hands);
    return ok({ status, body: '', elapsed: millis(5) });
  };

  async play(continuation: Continuation): Promise<Record> {
    this.#continuation = continuation;
    this.#began = this.#clock.now();
    const { store } = this.#cluster;
    const pods = (): readonly StoredObject[] => store.list('pods');
    const recorder = new Recorder({ find: this.#find, pods, elapsed: () => this.#elapsed() });
    const stop = store.subscribe('*', ({ key, type, object }) => {
      if (SEEN.has(key)) recorder.look();
      else if (key === 'events' && type === 'ADDED') recorder.hear(object);
    });
    await this.#untilQuiet([...continuation.acts], recorder);
    stop();
    return recorder;
  }

  async #untilQuiet(left: Continuation['acts'][number][], { moments }: Record): Promise<void> {
    let acted = 0;
    for (;;) {
      await this.#clock.advance(STEP);
      const now = this.#elapsed();
      for (; left[0] !== undefined && left[0][0] <= now; acted = now) left.shift()?.[1](this.#hands);
      const last = Math.max(acted, moments.at(-1)?.at ?? 0);
      if (left.length === 0 && now > last + QUIET) return;
      if (now > LONGEST) throw new Error(`no rest in ${LONGEST} seconds`);
    }
  }

  #elapsed(): number {
    return (this.#clock.now() - this.#began) / 1_000;
  }
}

function managerOver(cluster: Cluster, clock: HandClock, http: Http, log: Logger): Manager {
  const tools = toolsFor({ cluster, clock, http, log });
  return new Manager({
    tools,
    canaries: {
      defaultProvider: 'istio',
      capabilities: abilitiesOf,
      knownProviders: providerNames,
      ingressAnnotationsPrefix: tools.settings.ingressAnnotationsPrefix,
      ingressClass: tools.settings.ingressClass,
      minimumInterval: tools.settings.minimumInterval,
      noCrossNamespaceRefs: false,
    },
  });
}

function finderIn({ store, kinds }: Cluster, state: RecordedState): Finder {
  const namespace = state.objects[0]?.metadata.namespace ?? 'default';
  const keys = new Map(kinds.all().map(({ kind, key }) => [kind, key]));
  return (kind, name) => store.get(keys.get(kind) ?? '', { namespace, name });
}

function handsIn({ store }: Cluster, state: RecordedState, find: Finder): Hands {
  const namespace = state.objects[0]?.metadata.namespace ?? 'default';
  const name = { namespace, name: CANARY };
  return {
    scene: () => sceneOf(find),
    limitPods: (pods) => {
      const quota = { namespace, name: 'block' };
      if (store.get('resourcequotas', quota) !== undefined) store.delete('resourcequotas', quota);
      if (pods === undefined) return;
      store.create('resourcequotas', { metadata: quota, spec: { hard: { pods: String(pods) } } });
    },
    amend: (spec) => {
      const canary = store.get('canaries.flagger.app', name);
      if (canary === undefined) return;
      store.update('canaries.flagger.app', { ...canary, spec: { ...objectAt(canary, 'spec'), ...spec } });
    },
    deleteCanary: () => {
      if (store.get('canaries.flagger.app', name) !== undefined) store.delete('canaries.flagger.app', name);
    },
    push: (tag) => {
      const target = store.get('deployments.apps', name);
      const text = JSON.stringify(target?.['spec']).replace(/podinfo:[\d.]+/, `podinfo:${tag}`);
      if (target !== undefined)
        store.update('deployments.apps', { ...target, spec: JSON.parse(text) as unknown });
    },
  };
}
