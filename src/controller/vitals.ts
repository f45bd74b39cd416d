/**
 * What the controller counts, for dashboards and alert rules: the names and labels Flagger has, `name` being the
 * target's, and `serin_*` for what goes on inside. Nothing here decides anything.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Phase, Spec, Status } from '../core/model.ts';

/** How a pass over a Canary ended. */
export type PassOutcome = 'moved' | 'waiting' | 'refused' | 'gone' | 'unreadable' | 'panic';

export interface CountedCanary {
  /** The target's name. */
  readonly target: string;
  readonly namespace: string;
}

const ENDED = ['name', 'namespace', 'deployment_strategy', 'analysis_status'] as const;
const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];

export class Vitals {
  readonly registry = new Registry();
  readonly #info = this.#gauge('flagger_info', 'Version and default provider.', ['version', 'mesh_provider']);
  readonly #total = this.#gauge('flagger_canary_total', 'Canaries per namespace.', ['namespace']);
  readonly #status = this.#gauge('flagger_canary_status', '0 running, 1 at rest or waiting, 2 failed.', [
    'name',
    'namespace',
  ]);
  readonly #weight = this.#gauge('flagger_canary_weight', 'Percent of traffic a workload is meant to get.', [
    'workload',
    'namespace',
  ]);
  readonly #analysis = this.#gauge('flagger_canary_metric_analysis', 'Last value of a metric check.', [
    'name',
    'namespace',
    'metric',
  ]);
  readonly #duration = new Histogram({
    name: 'flagger_canary_duration_seconds',
    help: 'Time one pass over a Canary took.',
    labelNames: ['name', 'namespace'],
    registers: [this.registry],
  });
  readonly #successes = this.#counter(
    'flagger_canary_successes_total',
    'Runs that ended in promotion.',
    ENDED,
  );
  readonly #failures = this.#counter('flagger_canary_failures_total', 'Runs that failed.', ENDED);
  readonly #passes = this.#counter('serin_passes_total', 'Passes over Canaries, by how they ended.', [
    'verdict',
  ]);
  readonly #passSeconds = this.#histogram('serin_pass_seconds', 'Time a pass took, questions included.', []);
  readonly #queueDepth = this.#gauge('serin_queue_depth', 'Canaries waiting for a pass, due or not.', []);
  readonly #queueWorking = this.#gauge('serin_queue_working', 'Canaries being worked on.', []);
  readonly #apiCalls = this.#counter('serin_api_calls_total', 'Calls to the API server.', [
    'verb',
    'resource',
    'code',
  ]);
  readonly #apiSeconds = this.#histogram('serin_api_call_seconds', 'Time until the API server answered.', [
    'verb',
  ]);
  readonly #hooks = this.#histogram('serin_webhook_seconds', 'Time webhooks took, with their retries.', [
    'type',
    'outcome',
  ]);
  readonly #dropped = this.#counter('serin_outbox_dropped_total', 'News that was told to nobody.', []);
  readonly #watchRestarts = this.#counter('serin_watch_restarts_total', 'Watches begun again.', ['resource']);
  readonly #leader = this.#gauge('serin_leader', '1 while this process drives the Canaries.', []);
  /** The metrics each Canary has values for, so that its series can be removed. */
  readonly #measured = new Map<string, Set<string>>();

  constructor({ processMetrics = false }: { readonly processMetrics?: boolean } = {}) {
    if (processMetrics) collectDefaultMetrics({ register: this.registry });
    this.#leader.set(0);
  }

  started(version: string, meshProvider: string): void {
    this.#info.set({ version, mesh_provider: meshProvider }, 1);
  }

  leading(is: boolean): void {
    this.#leader.set(is ? 1 : 0);
  }

  queue({ depth, working }: { readonly depth: number; readonly working: number }): void {
    this.#queueDepth.set(depth);
    this.#queueWorking.set(working);
  }

  /** How many Canaries a namespace has; none is 0, not silence. */
  population(namespace: string, count: number): void {
    this.#total.set({ namespace }, count);
  }

  canary({ target, namespace }: CountedCanary, { phase, canaryWeight }: Status): void {
    this.#status.set({ name: target, namespace }, statusValue(phase));
    this.#weight.set({ workload: target, namespace }, canaryWeight);
    this.#weight.set({ workload: `${target}-primary`, namespace }, 100 - canaryWeight);
  }

  /** The Canary is gone, and so are its series. Counters stay, as what they count has happened. */
  forget({ target, namespace }: CountedCanary): void {
    const labels = { name: target, namespace };
    this.#status.remove(labels);
    this.#duration.remove(labels);
    this.#weight.remove({ workload: target, namespace });
    this.#weight.remove({ workload: `${target}-primary`, namespace });
    const key = `${namespace}/${target}`;
    for (const metric of this.#measured.get(key) ?? []) this.#analysis.remove({ ...labels, metric });
    this.#measured.delete(key);
  }

  measured({ target, namespace }: CountedCanary, metric: string, value: number): void {
    this.#analysis.set({ name: target, namespace, metric }, value);
    const key = `${namespace}/${target}`;
    this.#measured.set(key, (this.#measured.get(key) ?? new Set()).add(metric));
  }

  ended({ target, namespace }: CountedCanary, strategy: Spec['strategy']['kind'], how: RunEnd): void {
    const labels = { name: target, namespace, deployment_strategy: strategy };
    if (how === 'failed') this.#failures.inc({ ...labels, analysis_status: 'completed' });
    else this.#successes.inc({ ...labels, analysis_status: how });
  }

  passed(verdict: PassOutcome, seconds: number, canary: CountedCanary | undefined): void {
    this.#passes.inc({ verdict });
    this.#passSeconds.observe(seconds);
    if (canary !== undefined) {
      this.#duration.observe({ name: canary.target, namespace: canary.namespace }, seconds);
    }
  }

  apiCall(call: {
    readonly verb: string;
    readonly resource: string;
    readonly code: string;
    readonly seconds: number;
  }): void {
    const { verb, resource, code, seconds } = call;
    this.#apiCalls.inc({ verb, resource, code });
    this.#apiSeconds.observe({ verb }, seconds);
  }

  webhook(type: string, outcome: 'passed' | 'failed', seconds: number): void {
    this.#hooks.observe({ type, outcome }, seconds);
  }

  dropped(count: number): void {
    this.#dropped.inc(count);
  }

  watchRestarted(resource: string): void {
    this.#watchRestarts.inc({ resource });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Histogram<Label> {
    return new Histogram({
      name,
      help,
      labelNames: [...labelNames],
      buckets: SECONDS,
      registers: [this.registry],
    });
  }
}

/** How a run ended: promoted after its analysis, promoted without one, or not. */
export type RunEnd = 'completed' | 'skipped' | 'failed';

/** Dashboards compare with these: the rule everybody has is `flagger_canary_status > 1`. */
function statusValue(phase: Phase): number {
  if (phase === 'Progressing') return 0;
  return phase === 'Failed' ? 2 : 1;
}
