/** A story as a world meets it: what workloads, metrics, hooks and the API server do at a moment. */
import type { MetricSpec } from '../api/model.ts';
import type { Action, Answer, Question, Readiness } from '../core/model.ts';
import { judge as judgeWorkload, type WorkloadFacts } from '../core/readiness.ts';
import { judge as judgeValue } from '../metrics/judge.ts';
import { after, instant, later, millis, unreachable, type Instant, type Millis } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import { during, type HookRule, type MetricRule, type Story, type WorkloadRule } from './story.ts';
import type { Cluster, Script, WorldState } from './world.ts';

type Name = 'target' | 'primary';

/** Pods of a small service. */
const READY_AFTER = millis(5_000);

export interface StageOptions {
  readonly cluster: Cluster;
  readonly story: Story;
  /** As `spec.metrics`: what each value is held against. */
  readonly metrics: readonly MetricSpec[];
  /** Lets this much time pass, with whatever happens in it. */
  readonly pass: (span: Millis) => void;
}

export class Stage implements Script {
  readonly #cluster: Cluster;
  readonly #story: Story;
  readonly #metrics: readonly MetricSpec[];
  readonly #pass: (span: Millis) => void;
  /** What each workload runs, and since when. */
  readonly #started = new Map<Name, { readonly what: string; readonly since: Instant }>();
  #downUntil = instant(0);
  #meshDownUntil = instant(0);

  constructor({ cluster, story, metrics, pass }: StageOptions) {
    this.#cluster = cluster;
    this.#story = story;
    this.#metrics = metrics;
    this.#pass = pass;
    this.note();
  }

  /** To be called whenever the world has changed: what now runs something else has started now. */
  note(): void {
    const { target, primary, now } = this.#cluster.state;
    this.#noteOne('target', target && `${target.revision} ${target.up}`, now);
    this.#noteOne('primary', primary?.revision, now);
  }

  #noteOne(name: Name, what: string | undefined, now: Instant): void {
    if (what === undefined) this.#started.delete(name);
    else if (this.#started.get(name)?.what !== what) this.#started.set(name, { what, since: now });
  }

  takeDown(what: 'api-server' | 'mesh', span: Millis): void {
    const end = after(this.#cluster.state.now, span);
    if (what === 'mesh') this.#meshDownUntil = end;
    else this.#downUntil = end;
  }

  refuses(what: 'status' | Action['kind'], { now }: WorldState): boolean {
    const routes = what === 'set-routes' || what === 'leave-routes';
    return now < this.#downUntil || (routes && now < this.#meshDownUntil);
  }

  // ------------------------------------------------------------------------------------------------------ workloads

  readiness(workload: Name, state: WorldState): Readiness {
    const { since, readyAt } = this.#pods(workload, state);
    const available = state.now >= readyAt ? 1 : 0;
    const facts: WorkloadFacts = {
      ...ONE_POD,
      available,
      ready: this.#workloadRule(workload, state)?.empty === true ? available : 1,
      unavailableSince: available === 1 ? undefined : since,
    };
    return judgeWorkload(facts, {
      now: state.now,
      since: state.status.phaseSince,
      span: state.spec.progressDeadline,
    });
  }

  #pods(workload: Name, state: WorldState): { readonly since: Instant; readonly readyAt: number } {
    const rule = this.#workloadRule(workload, state);
    const started = this.#started.get(workload)?.since ?? state.now;
    const since = rule?.from === undefined ? started : later(started, instant(rule.from));
    const span = rule?.readyAfter ?? READY_AFTER;
    return { since, readyAt: span === 'never' ? Number.POSITIVE_INFINITY : since + span };
  }

  #workloadRule(workload: Name, state: WorldState): WorkloadRule | undefined {
    const carried = state[workload]?.revision;
    return this.#story.workloads.find(
      (rule) =>
        rule.workload === workload &&
        (rule.revision === undefined || rule.revision === carried) &&
        during(rule, state.now),
    );
  }

  /** The next moment at which a workload may look different, or the API server is back. */
  nextChange(): number {
    const { state } = this.#cluster;
    const moments = [
      this.#downUntil,
      ...this.#story.workloads.flatMap(({ from, until }) => [from ?? 0, until ?? 0]),
      ...(['target', 'primary'] as const).flatMap((name) => {
        const { since, readyAt } = this.#pods(name, state);
        const start = later(since, state.status.phaseSince);
        return [readyAt, start + state.spec.progressDeadline];
      }),
    ];
    return Math.min(...moments.filter((moment) => moment > state.now));
  }

  // -------------------------------------------------------------------------------------------------------- answers

  answer(question: Question): Answer {
    switch (question.kind) {
      case 'hook':
        return this.#hook(question);
      case 'metric':
        return this.#metric(question);
      case 'providers':
        return { kind: 'yes' };
      default:
        return unreachable(question);
    }
  }

  #hook(question: Question & { kind: 'hook' }): Answer {
    const name = this.#cluster.state.spec.hooks[question.index]?.name ?? '';
    const rule = this.hookRule(name, question.revision);
    const says = rule?.says ?? (question.type === 'rollback' ? 'no' : 'yes');
    if (rule?.takes !== undefined) this.#pass(rule.takes);
    if (says === 'yes') return { kind: 'yes' };
    const detail = says === 'no' ? 'forbidden' : 'the hook does not answer';
    return { kind: says === 'no' ? 'no' : 'inconclusive', failure: { kind: 'hook', hook: name, detail } };
  }

  /** What the story says about a hook now, if anything. */
  hookRule(name: string, about: string): HookRule | undefined {
    const { now } = this.#cluster.state;
    return this.#story.hooks.find(
      (rule) =>
        rule.hook === name && (rule.revision === undefined || rule.revision === about) && during(rule, now),
    );
  }

  #metric({ index, revision }: Question & { kind: 'metric' }): Answer {
    const metric = this.#metrics[index];
    const source = this.#cluster.state.spec.metrics[index]?.source ?? 'none';
    const rule = metric && this.#story.metrics.find((entry) => this.#speaksOf(entry, metric.name, revision));
    if (metric === undefined || rule === undefined) return { kind: 'yes' };
    const found = rule.value === 'none' ? err({ kind: 'no-data' } as const) : ok(rule.value);
    return judgeValue(metric, source, found, { observer: 'prometheus' });
  }

  #speaksOf(rule: MetricRule, metric: string, revision: string): boolean {
    const { now, status } = this.#cluster.state;
    return (
      (rule.metric === undefined || rule.metric === metric) &&
      (rule.revision === undefined || rule.revision === revision) &&
      (rule.weight === undefined || status.canaryWeight >= rule.weight) &&
      during(rule, now)
    );
  }
}

const ONE_POD = {
  kind: 'deployment',
  generation: 1,
  observedGeneration: 1,
  desired: 1,
  replicas: 1,
  updated: 1,
  threshold: 100,
  paused: false,
  deadlineExceededSince: undefined,
} as const;
