/** One Canary with its Deployment, as the person who owns both writes them and looks at them. */
import { textAt, valueAt } from './look.ts';
import type { WaitOptions } from './changes.ts';
import { NAMESPACE, type World } from './world.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface RolloutWish {
  readonly name: string;
  readonly provider: string;
  /** A Deployment where nothing is said. */
  readonly kind?: 'Deployment' | 'DaemonSet';
  /** Laid over an analysis of one step to 50 percent, a second each, that gives up at the second failed check. */
  readonly analysis?: Fields;
  /** Laid over `spec`. */
  readonly spec?: Fields;
  /** Laid over `spec.service`. */
  readonly service?: Fields;
  readonly annotations?: Fields;
  /** Laid over the container. */
  readonly container?: Fields;
  readonly replicas?: number;
}

export const SUCCESS_RATE = { name: 'request-success-rate', interval: '1m', thresholdRange: { min: 99 } };

export function canaryManifest({ name, provider, kind = 'Deployment', ...wish }: RolloutWish): Fields {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name, namespace: NAMESPACE, annotations: wish.annotations ?? {} },
    spec: {
      provider,
      targetRef: { apiVersion: 'apps/v1', kind, name },
      progressDeadlineSeconds: 60,
      service: { port: 80, targetPort: 9898, ...wish.service },
      analysis: {
        interval: '1s',
        threshold: 2,
        ...('iterations' in (wish.analysis ?? {}) ? {} : { stepWeight: 50, maxWeight: 50 }),
        metrics: [SUCCESS_RATE],
        ...wish.analysis,
      },
      ...wish.spec,
    },
  };
}

export function workloadManifest({
  name,
  container,
  kind = 'Deployment',
  replicas = 2,
}: RolloutWish): Fields {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      ...(kind === 'Deployment' ? { replicas } : SURGING),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'main',
              image: `${name}:1`,
              ports: [{ name: 'http', containerPort: 9898 }],
              ...container,
            },
          ],
        },
      },
    },
  };
}

/** The node there is never without a pod. */
const SURGING = {
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
};

export class Rollout {
  readonly name: string;
  readonly #kind: 'Deployment' | 'DaemonSet';
  readonly #world: World;

  constructor(world: World, name: string, kind: RolloutWish['kind'] = 'Deployment') {
    this.#world = world;
    this.#kind = kind;
    this.name = name;
  }

  /** Applies both and waits until the Canary has been initialized. */
  static async install(world: World, wish: RolloutWish): Promise<Rollout> {
    const rollout = Rollout.apply(world, wish);
    await rollout.reaches('Initialized');
    return rollout;
  }

  static apply(world: World, wish: RolloutWish): Rollout {
    world.apply(workloadManifest(wish), canaryManifest(wish));
    return new Rollout(world, wish.name, wish.kind);
  }

  // -------------------------------------------------------------------------------------------------------- looking

  get canary(): unknown {
    return this.#world.get('Canary', this.name);
  }

  get phase(): string {
    return textAt(this.canary, 'status', 'phase');
  }

  get weight(): unknown {
    return valueAt(this.canary, 'status', 'canaryWeight');
  }

  /** The revision the workload carries, once the controller has seen it. */
  get applied(): string {
    return textAt(this.canary, 'status', 'lastAppliedSpec');
  }

  /** Status and message of a condition: `False: why`. */
  condition(type: string): string | undefined {
    const conditions = valueAt(this.canary, 'status', 'conditions');
    const found: unknown = Array.isArray(conditions)
      ? conditions.find((condition) => textAt(condition, 'type') === type)
      : undefined;
    if (found === undefined) return undefined;
    return `${textAt(found, 'status')} ${textAt(found, 'reason')}: ${textAt(found, 'message')}`;
  }

  /** Of a DaemonSet one, or none where it asks for nodes that there are not. */
  get targetReplicas(): unknown {
    const target = this.#world.get(this.#kind, this.name);
    if (this.#kind === 'Deployment') return valueAt(target, 'spec', 'replicas');
    const selector = valueAt(target, 'spec', 'template', 'spec', 'nodeSelector');
    return valueAt(selector, 'flagger.app/scale-to-zero') === undefined ? 1 : 0;
  }

  get primaryReplicas(): unknown {
    return valueAt(this.#world.get('Deployment', `${this.name}-primary`), 'spec', 'replicas');
  }

  /** Percent to the canary as the router has it; undefined where nothing is routed by weight. */
  get routed(): unknown {
    const mesh = this.#world.get('VirtualService', this.name);
    if (mesh !== undefined) return valueAt(mesh, 'spec', 'http', 0, 'route', 1, 'weight');
    return valueAt(this.#world.get('HTTPRoute', this.name), 'spec', 'rules', 0, 'backendRefs', 1, 'weight');
  }

  get primaryImage(): string {
    const primary = this.#world.get(this.#kind, `${this.name}-primary`);
    return textAt(primary, 'spec', 'template', 'spec', 'containers', 0, 'image');
  }

  /** Everything that was told about it, but for how long its pods take. */
  get told(): readonly string[] {
    return this.#world
      .events(this.name)
      .map(({ message }) => message)
      .filter((message) => !message.includes(' not ready: '));
  }

  /** The same since the last release began. */
  get run(): readonly string[] {
    const start = this.told.findLastIndex((text) => text.startsWith('New revision detected! Scaling up'));
    return this.told.slice(Math.max(0, start));
  }

  // --------------------------------------------------------------------------------------------------------- acting

  push(image: string): Promise<unknown> {
    return this.edit({ spec: { template: { spec: { containers: [{ name: 'main', image }] } } } });
  }

  /** Changes the workload. */
  edit(body: Fields): Promise<unknown> {
    return this.#world.patch(this.#kind, this.name, body);
  }

  /** Changes the Canary. */
  amend(body: Fields): Promise<unknown> {
    return this.#world.patch('Canary', this.name, body);
  }

  // --------------------------------------------------------------------------------------------------------- waiting

  reaches(phase: string, options?: WaitOptions): Promise<true> {
    return this.comes(`is ${phase}`, () => this.phase === phase, options);
  }

  tells(text: string, options?: WaitOptions): Promise<true> {
    return this.comes(`tells "${text}"`, () => this.told.some((told) => told.includes(text)), options);
  }

  async comes(what: string, condition: () => boolean, options?: WaitOptions): Promise<true> {
    try {
      return await this.#world.eventually(`canary ${this.name} ${what}`, condition, options);
    } catch (error) {
      const status = JSON.stringify(valueAt(this.canary, 'status'));
      throw new Error(`${(error as Error).message}\ntold:\n${this.told.join('\n')}\nstatus: ${status}`, {
        cause: error,
      });
    }
  }

  /** The run has ended and nothing is left to do or to tell; with `since`, a run of another revision than that. */
  async rests(
    phase: 'Succeeded' | 'Failed' | 'Initialized',
    options: WaitOptions & { readonly since?: string } = {},
  ): Promise<true> {
    return this.comes(
      `rests in ${phase}`,
      () =>
        this.phase === phase &&
        this.applied !== options.since &&
        this.targetReplicas === 0 &&
        JSON.stringify(valueAt(this.canary, 'status', 'serin', 'outbox')) === '[]',
      options,
    );
  }
}
