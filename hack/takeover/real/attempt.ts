/** One recorded state in a real cluster, from the moment at which somebody takes it over to its rest. */
import { objectAt } from '../../../src/sandbox/json.ts';
import type { Cluster } from '../../../test/e2e/suite/cluster.ts';
import { continuationOf, type Continuation, type Hands } from '../continuation.ts';
import { CANARY, sceneOf, type Scene } from '../namespace.ts';
import { namespaceOf } from './moved.ts';
import type { Record as Recorded } from '../record.ts';
import type { RecordedState } from '../recordings.ts';
import { Film } from './film.ts';
import type { Hooks } from './hooks.ts';
import type { KindName } from '../../../test/e2e/suite/kinds.ts';

/** Seconds without a change after which the state has come to rest: intervals and deadlines are shorter. */
const QUIET = 75;
/** Seconds after what the user does within which whoever answers to it does: three intervals. */
const ANSWER = 30;
const LONGEST = 900;
/** A promotion fails a minute after it began; what Kubernetes lets wait for room it tries again ever more rarely. */
const STRAIN = 95;

/** Watches from now on; the controller is started meanwhile. */
export async function follow(cluster: Cluster, state: RecordedState, hooks: Hooks): Promise<Recorded> {
  const namespace = namespaceOf(state);
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1_000;
  const film = new Film(cluster, namespace, elapsed);
  const hands = new RealHands(cluster, namespace);
  const continuation = continuationOf(state, { strain: STRAIN });
  hooks.answers.set(namespace, async () => {
    const status = continuation.answer(elapsed(), hands);
    await hands.done();
    return status;
  });
  await untilQuiet([...continuation.acts], { film, hands, elapsed });
  return film.develop();
}

interface Watched {
  readonly film: Film;
  readonly hands: RealHands;
  readonly elapsed: () => number;
}

async function untilQuiet(left: Continuation['acts'][number][], { film, hands, elapsed }: Watched) {
  let acted = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = elapsed();
    for (; left[0] !== undefined && left[0][0] <= now; acted = now) left.shift()?.[1](hands);
    await hands.done();
    const isQuiet = now > film.last + QUIET && now > acted + ANSWER;
    if (left.length === 0 && isQuiet && !lacksPods(hands.scene())) return;
    if (now > LONGEST) throw new Error(`no rest in ${LONGEST} seconds`);
  }
}

/** Kubernetes has pods to start yet: however long that takes, it is no rest. */
function lacksPods({ target, primary }: Scene): boolean {
  return [target, primary].some((workload) => workload !== undefined && workload.ready < workload.replicas);
}

/** What the story's user does, through the API. */
class RealHands implements Hands {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  #doing: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  /** Resolves once everything asked for so far is done; rejects with what the server refused. */
  async done(): Promise<void> {
    await this.#doing;
  }

  readonly scene = (): ReturnType<typeof sceneOf> =>
    sceneOf((kind, name) => this.#cluster.see(kind as KindName, { ...this.#place, name })); // Of kinds that are watched.

  readonly limitPods = (pods: number | undefined): void => {
    const metadata = { ...this.#place, name: 'block' };
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: { pods: String(pods) } },
    };
    this.#do(() =>
      pods === undefined ? this.#cluster.remove('ResourceQuota', metadata) : this.#cluster.apply(quota),
    );
  };

  readonly amend = (spec: Readonly<Record<string, unknown>>): void =>
    this.#do(() => this.#cluster.patch('Canary', { ...this.#place, name: CANARY }, { spec }));

  readonly deleteCanary = (): void =>
    this.#do(() => this.#cluster.remove('Canary', { ...this.#place, name: CANARY }));

  readonly push = (tag: string): void => {
    const place = { ...this.#place, name: CANARY };
    const spec = objectAt(this.#cluster.see('Deployment', place), 'spec');
    const text = JSON.stringify(spec).replace(/podinfo:[\d.]+/, `podinfo:${tag}`);
    this.#do(() => this.#cluster.patch('Deployment', place, { spec: JSON.parse(text) as unknown }));
  };

  get #place(): { readonly namespace: string } {
    return { namespace: this.#namespace };
  }

  #do(work: () => Promise<unknown>): void {
    this.#doing = this.#doing.then(work);
  }
}
