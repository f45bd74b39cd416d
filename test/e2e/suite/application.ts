/** One application with its Canary, as the person who owns both sees and changes them. */
import type { KubeObject } from '../../../src/api/objects.ts';
import type { WaitOptions } from '../harness/changes.ts';
import { textAt, valueAt } from '../harness/look.ts';
import type { Cluster } from './cluster.ts';
import { commandOf, image } from './manifests.ts';

export type Phase =
  | 'Initializing'
  | 'Initialized'
  | 'Waiting'
  | 'Progressing'
  | 'WaitingPromotion'
  | 'Promoting'
  | 'Finalising'
  | 'Succeeded'
  | 'Failed'
  | 'Terminating';

export type WorkloadKind = 'Deployment' | 'DaemonSet';

const NOWHERE = 'flagger.app/scale-to-zero';

/** A real node starts pods one after the other when several rollouts ask for some. */
const PATIENCE = 120_000;

export class Application {
  readonly namespace: string;
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly #cluster: Cluster;
  readonly #told: string[] = [];
  readonly #phases: { readonly phase: string; readonly at: number }[] = [];
  readonly #stop: () => void;

  constructor(
    cluster: Cluster,
    {
      namespace,
      name,
      kind = 'Deployment',
    }: { readonly namespace: string; readonly name: string; readonly kind?: WorkloadKind },
  ) {
    this.#cluster = cluster;
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
    const seen = new Set<string>();
    this.#stop = cluster.onChange((object, place, kind) => {
      if (object === undefined || place.namespace !== namespace) return;
      if (kind === 'Canary' && place.name === name) this.#note();
      if (kind !== 'Event' || textAt(object, 'involvedObject', 'name') !== name) return;
      if (textAt(object, 'involvedObject', 'kind') !== 'Canary' || seen.has(place.name)) return;
      seen.add(place.name);
      this.#told.push(textAt(object, 'message'));
    });
  }

  /** Stops looking. */
  close(): void {
    this.#stop();
  }

  #note(): void {
    const { phase, decidedAt: at } = this;
    if (phase !== this.#phases.at(-1)?.phase) this.#phases.push({ phase, at });
  }

  // -------------------------------------------------------------------------------------------------------- looking

  get place(): { readonly namespace: string; readonly name: string } {
    return { namespace: this.namespace, name: this.name };
  }

  get canary(): KubeObject | undefined {
    return this.#cluster.see('Canary', this.place);
  }

  get phase(): string {
    return textAt(this.canary, 'status', 'phase');
  }

  /** Every phase that was seen, each once in a row. */
  get phases(): readonly string[] {
    return this.#phases.map(({ phase }) => phase);
  }

  /** When it was decided that a phase begins, the last time it did; milliseconds since 1970, 0 for never. */
  beginOf(phase: Phase): number {
    return this.#phases.findLast((one) => one.phase === phase)?.at ?? 0;
  }

  get weight(): number {
    return Number(valueAt(this.canary, 'status', 'canaryWeight') ?? 0);
  }

  get revision(): string {
    return textAt(this.canary, 'status', 'lastAppliedSpec');
  }

  /** When the last decision was taken, before anything was written for it; milliseconds since 1970. */
  get decidedAt(): number {
    return Number(valueAt(this.canary, 'status', 'serin', 'changedAt') ?? 0);
  }

  /** Every text that was told about the Canary, in the order in which it first was. */
  get told(): readonly string[] {
    return this.#told;
  }

  get primaryImage(): string {
    return imageOf(this.workload('primary'));
  }

  get targetReplicas(): number {
    return replicasOf(this.workload('target'));
  }

  workload(role: 'target' | 'primary'): KubeObject | undefined {
    const name = role === 'target' ? this.name : `${this.name}-primary`;
    return this.#cluster.see(this.kind, { namespace: this.namespace, name });
  }

  // --------------------------------------------------------------------------------------------------------- acting

  /** A new revision by image and flags. */
  push(version: string, flags: readonly string[] = []): Promise<void> {
    const container = { name: 'podinfod', image: image(version), command: commandOf(flags) };
    return this.edit({ spec: { template: { spec: { containers: [container] } } } });
  }

  /** Changes the workload. */
  edit(body: unknown): Promise<void> {
    return this.#cluster.patch(this.kind, this.place, body, 'strategic');
  }

  /** Changes the Canary. */
  amend(body: unknown): Promise<void> {
    return this.#cluster.patch('Canary', this.place, body);
  }

  /** Gives an order by annotation; `again` tells it from one for the same revision that was obeyed already. */
  order(verb: 'abort' | 'retry' | 'promote' | 'pause', revision: string, again = ''): Promise<void> {
    const value = again === '' ? revision : `${revision}/${again}`;
    return this.amend({ metadata: { annotations: { [`serin.dev/${verb}`]: value } } });
  }

  withdraw(verb: 'pause'): Promise<void> {
    return this.amend({ metadata: { annotations: { [`serin.dev/${verb}`]: null } } });
  }

  // --------------------------------------------------------------------------------------------------------- waiting

  reaches(phase: Phase, options?: WaitOptions): Promise<unknown> {
    return this.comes(`is ${phase}`, () => this.phase === phase, options);
  }

  tells(text: string, options?: WaitOptions): Promise<unknown> {
    return this.comes(`tells "${text}"`, () => this.told.some((told) => told.includes(text)), options);
  }

  /** At the end of a run, or of the installation, with everything done and told that had to be. */
  rests(phase: 'Initialized' | 'Succeeded' | 'Failed', options?: WaitOptions): Promise<unknown> {
    const done = (): boolean =>
      this.phase === phase &&
      this.targetReplicas === 0 &&
      JSON.stringify(valueAt(this.canary, 'status', 'serin', 'outbox')) === '[]';
    return this.comes(`rests in ${phase}`, done, options);
  }

  comes(
    what: string,
    condition: () => boolean | Promise<boolean>,
    { within = PATIENCE }: WaitOptions = {},
  ): Promise<unknown> {
    return this.#cluster.eventually(`${this.namespace}/${this.name} ${what}`, condition, { within }, () =>
      this.#confess(),
    );
  }

  #confess(): string {
    const {
      conditions: _,
      serin: __,
      ...status
    } = (valueAt(this.canary, 'status') ?? {}) as Record<string, unknown>;
    return [
      `phases: ${this.phases.join(', ')}`,
      `status: ${JSON.stringify(status)}`,
      'told:',
      ...this.told,
    ].join('\n  ');
  }
}

export function imageOf(workload: KubeObject | undefined): string {
  return textAt(workload, 'spec', 'template', 'spec', 'containers', 0, 'image');
}

/** Of a DaemonSet one, or none where it asks for nodes that there are not. */
export function replicasOf(workload: KubeObject | undefined): number {
  if (workload?.kind === 'DaemonSet') {
    return valueAt(workload, 'spec', 'template', 'spec', 'nodeSelector', NOWHERE) === undefined ? 1 : 0;
  }
  return Number(valueAt(workload, 'spec', 'replicas') ?? 0);
}
