/** The Flaggers that run, as Deployments and the Lease show them. It reads nothing: it is told of what is watched anyway. */
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, list, text } from '../api/tree.ts';
import { drivingIn, flaggerHolding, flaggerIn, type RunningFlagger } from '../core/flagger.ts';
import { canonicalJson } from '../shared/digest.ts';

export class Flaggers {
  readonly #deployments = new Map<string, RunningFlagger>();
  #holder: RunningFlagger | undefined;

  /** A Deployment as it is now, undefined when it is gone. True where that changes what runs. */
  seen({ namespace = '', name }: ObjectRef, deployment: KubeObject | undefined): boolean {
    const key = `${namespace}/${name}`;
    const before = this.#deployments.get(key);
    const now = deployment && flaggerIn({ namespace, name, ...suspicious(deployment) });
    if (now === undefined) this.#deployments.delete(key);
    else this.#deployments.set(key, now);
    return differ(before, now);
  }

  /** Who keeps a Lease of this namespace; '' for nobody but us. True where that changes what runs. */
  holds(identity: string, namespace: string): boolean {
    const before = this.#holder;
    this.#holder = flaggerHolding(identity, namespace);
    return differ(before, this.#holder);
  }

  /** One keeps us from leading. */
  get leads(): boolean {
    return this.#holder !== undefined;
  }

  get running(): readonly RunningFlagger[] {
    return [...this.#deployments.values(), ...(this.#holder === undefined ? [] : [this.#holder])];
  }

  /** The one that drives this Canary. */
  driving({ namespace = '' }: ObjectRef): RunningFlagger | undefined {
    return drivingIn(namespace, this.running);
  }
}

function suspicious(
  deployment: KubeObject,
): Pick<Parameters<typeof flaggerIn>[0], 'containers' | 'readyReplicas'> {
  const containers = list(at(deployment, 'spec', 'template', 'spec', 'containers'));
  return {
    containers: containers.map((container) => ({
      image: text(at(container, 'image')) ?? '',
      args: [...list(at(container, 'command')), ...list(at(container, 'args'))].flatMap(
        (word) => text(word) ?? [],
      ),
    })),
    readyReplicas: count(at(deployment, 'status', 'readyReplicas')) ?? 0,
  };
}

function differ(a: RunningFlagger | undefined, b: RunningFlagger | undefined): boolean {
  return canonicalJson(a ?? null) !== canonicalJson(b ?? null);
}
