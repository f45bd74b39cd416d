/**
 * What would this Canary do? The controller's own pass before a world in memory, with a clock that jumps from one
 * due pass to the next. It is not a model of the controller: whatever it shows, the controller does.
 */
import type { MetricSpec } from '../api/model.ts';
import { reconcile } from '../controller/reconcile.ts';
import type { ReconcileResult } from '../controller/ports.ts';
import type { Announcement, Metric, Spec } from '../core/model.ts';
import type { Names } from '../core/wording.ts';
import { after, instant, later, millis, type Instant, type Millis } from '../shared/brand.ts';
import { calm, type Fate } from './fate.ts';
import { happen, happeningText } from './happening.ts';
import { Stage } from './stage.ts';
import type { Happening, Story, Timed } from './story.ts';
import { Timeline } from './timeline.ts';
import { CALM, Died, newborn, World, type Cluster, type Effect, type WorldState } from './world.ts';

/** A refused commit is tried again, as the queue would. */
const BACK_OFF = millis(5_000);
/** Until another process has the lease. */
const RESTART = millis(15_000);
/** More passes than this at one moment are a rule that never settles. */
const PASSES_AT_ONCE = 100;

export interface RehearsalOptions {
  readonly spec: Spec;
  readonly story: Story;
  /** What metric values are held against, as `spec.metrics`; without it a success rate of 99% and 500 ms. */
  readonly metrics?: readonly MetricSpec[];
  readonly names?: Names;
  /** A world to begin with, if not a Canary nobody has looked at beside its Deployment. */
  readonly start?: WorldState;
  /** Asked whether the process dies around an effect; the story's own crashes come first. */
  readonly fate?: Fate;
  /** Called after every pass with all its effects, for whoever holds it against something. */
  readonly onPass?: (pass: RehearsedPass) => void;
}

export interface RehearsedPass {
  readonly before: WorldState;
  readonly effects: readonly Effect[];
  readonly after: WorldState;
}

/** Runs the whole story. The same arguments always give the same timeline. */
export async function rehearse(options: RehearsalOptions): Promise<Timeline> {
  const rehearsal = new Rehearsal(options);
  await rehearsal.runUntil(instant(options.story.lasts));
  return rehearsal.timeline;
}

/** A rehearsal that can be stopped, looked at, interfered with and continued. */
export class Rehearsal {
  readonly timeline: Timeline;
  readonly #cluster: Cluster;
  readonly #stage: Stage;
  readonly #fate: Fate;
  readonly #options: RehearsalOptions;
  #process: World | undefined;
  #upcoming: readonly Timed[];
  /** The name of the effect at which the process dies next, by the story. */
  #crashAt: string | undefined;
  /** When there is a controller again. */
  #backAt = instant(0);
  #due: number = 0;
  #effects: Effect[] = [];
  /** How far this process has told; one that comes after it tells again what was not crossed off. */
  #told = -1;

  constructor(options: RehearsalOptions) {
    const { spec, story, names = NAMES } = options;
    this.#options = options;
    this.#cluster = { state: options.start ?? newborn(spec) };
    this.timeline = new Timeline(names);
    this.#fate = { choose: (label, choices) => this.#choose(label, choices) };
    this.#upcoming = story.happenings.toSorted((a, b) => a.at - b.at);
    this.#stage = new Stage({
      cluster: this.#cluster,
      story,
      metrics: options.metrics ?? spec.metrics.map((metric) => usual(metric)),
      pass: (span) => this.#turnTo(after(this.now, span)),
    });
  }

  get state(): WorldState {
    return this.#cluster.state;
  }

  get now(): Instant {
    return this.state.now;
  }

  /** Without the finalizer a Canary that is being deleted is no more. */
  get gone(): boolean {
    return this.state.deleting && !this.state.finalizer;
  }

  /** Nothing is due any more, unless something happens. */
  get rests(): boolean {
    return this.#nextPass() === Number.POSITIVE_INFINITY;
  }

  /** Something the story did not foresee happens now. */
  happen(happening: Happening): void {
    // A death is told when it comes, at the effect it is meant for.
    if (happening.kind === 'crash') this.#crashAt = happening.when;
    else this.timeline.happened(this.now, this.state.status, happeningText(happening));
    this.#cluster.state = happen(this.state, happening);
    if (happening.kind === 'outage') this.#outage(happening);
    this.#stage.note();
    this.#due = this.now;
  }

  /** From one due pass to the next, until that moment. */
  async runUntil(end: Instant): Promise<void> {
    await this.runDue();
    while (this.now < end) {
      // A watch wakes the controller when a workload has changed.
      this.#due = Math.min(this.#due, this.#stage.nextChange());
      const next = Math.min(this.#upcoming[0]?.at ?? end, this.#nextPass(), end);
      this.#turnTo(instant(next));
      await this.runDue();
    }
  }

  /** Every pass that is due at this moment, and those that follow from them at once. */
  async runDue(): Promise<void> {
    for (let passes = 0; this.#nextPass() <= this.now; passes += 1) {
      if (passes >= PASSES_AT_ONCE) throw new Error(`no rest after ${passes} passes at one moment`);
      await this.#pass();
    }
  }

  /** Time goes on without anybody looking, but for what the story lets happen. */
  turn(span: Millis): void {
    this.#turnTo(after(this.now, span));
    this.#due = this.now;
  }

  #nextPass(): number {
    return this.gone ? Number.POSITIVE_INFINITY : Math.max(this.#backAt, this.#due);
  }

  #turnTo(moment: Instant): void {
    for (let [next] = this.#upcoming; next !== undefined && next.at <= moment; [next] = this.#upcoming) {
      this.#upcoming = this.#upcoming.slice(1);
      this.#cluster.state = { ...this.state, now: later(this.now, instant(next.at)) };
      this.happen(next.happening);
    }
    this.#cluster.state = { ...this.state, now: later(this.now, moment) };
    this.#stage.note();
  }

  #outage({ of, span }: Happening & { kind: 'outage' }): void {
    if (of === 'controller') this.#restart(span);
    else this.#stage.takeDown(of, span);
  }

  #restart(span: Millis): void {
    this.#process = undefined;
    this.#told = -1;
    this.#backAt = after(this.now, span);
  }

  // ---------------------------------------------------------------------------------------------------------- a pass

  async #pass(): Promise<void> {
    const before = this.state;
    this.#effects = [];
    this.#process ??= this.#start();
    this.#due = Number.POSITIVE_INFINITY;
    try {
      this.#after(await reconcile(this.#process));
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      const death = { kind: 'crash', when: error.message } as const;
      this.timeline.happened(this.now, this.state.status, happeningText(death));
      this.#restart(RESTART);
      this.#due = this.#backAt;
    }
    this.#stage.note();
    this.#options.onPass?.({ before, effects: this.#effects, after: this.state });
  }

  #start(): World {
    return new World({
      cluster: this.#cluster,
      fate: this.#fate,
      climate: { ...CALM, deaths: true },
      script: this.#stage,
      watch: (effect) => this.#watch(effect),
    });
  }

  #choose<Option>(label: string, choices: readonly [Option, ...Option[]]): Option {
    const fate = this.#options.fate ?? calm;
    if (this.#crashAt === undefined || label !== `dies ${this.#crashAt}`) return fate.choose(label, choices);
    this.#crashAt = undefined;
    return choices[1] ?? choices[0];
  }

  #after(result: ReconcileResult): void {
    switch (result.kind) {
      case 'moved':
        this.#due = this.now;
        return;
      case 'refused':
        this.#due = result.error.kind === 'conflict' ? this.now : after(this.now, BACK_OFF);
        return;
      case 'waiting': {
        const acted = this.#effects.some(({ kind }) => kind === 'performed');
        const { status, spec } = this.state;
        if (this.gone) this.timeline.left(this.now, status);
        else this.timeline.waits(this.now, status, result.waitingFor, spec);
        const span = acted ? 0 : (result.requeueAfter ?? Number.POSITIVE_INFINITY);
        this.#due = Math.min(this.#due, this.now + span);
        return;
      }
      case 'gone':
        return;
    }
  }

  #watch(effect: Effect): void {
    this.#effects.push(effect);
    if (effect.kind === 'performed') this.#stage.note();
    if (effect.kind === 'committed') this.timeline.moved(this.now, effect.before, effect.after);
    if (effect.kind === 'asked' && effect.question.kind === 'hook') this.#called(effect.question);
    if (effect.kind !== 'told') return;
    for (const announcement of effect.status.outbox) this.#announce(announcement);
    this.timeline.noticed(this.now, effect.status.phase, effect.notices);
  }

  #called({ type, index }: (Effect & { kind: 'asked' })['question'] & { kind: 'hook' }): void {
    const { spec, status } = this.state;
    this.timeline.called({ at: this.now, type, hook: spec.hooks[index]?.name ?? '', phase: status.phase });
  }

  #announce({ news, phase, revision, sequence }: Announcement): void {
    if (sequence <= this.#told) return;
    this.#told = sequence;
    this.timeline.told(this.now, phase, news);
    if (news.kind !== 'post-rollout') return;
    for (const { type, name } of this.state.spec.hooks) {
      if (type !== 'post-rollout') continue;
      const refused = (this.#stage.hookRule(name, revision)?.says ?? 'yes') !== 'yes';
      const call = { at: this.now, type, hook: name, phase: news.outcome };
      this.timeline.postRollout(call, refused ? 'forbidden' : undefined);
    }
  }
}

const NAMES: Names = {
  canary: 'podinfo.test',
  target: 'podinfo.test',
  primary: 'podinfo-primary.test',
  kind: 'Deployment',
};

/** What most manifests ask of the two built-in metrics, and nothing above 0 of any other. */
function usual({ name }: Metric): MetricSpec {
  const ranges: Readonly<Record<string, MetricSpec['thresholdRange']>> = {
    'request-success-rate': { min: 99 },
    'request-duration': { max: 500 },
  };
  return {
    name,
    interval: '1m',
    thresholdRange: ranges[name] ?? { max: 0 },
    threshold: 0,
    query: undefined,
    templateRef: undefined,
    templateVariables: {},
  };
}
