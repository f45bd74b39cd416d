/** What the load tester counts, for Prometheus. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { TaskWatch } from './runner.ts';

const SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

export class Vitals implements TaskWatch {
  readonly #registry = new Registry();
  readonly #answers = new Counter({
    name: 'serin_loadtester_answers_total',
    help: 'Answers of the load tester to webhooks, by kind of path and status.',
    labelNames: ['path', 'status'],
    registers: [this.#registry],
  });
  readonly #running = new Gauge({
    name: 'serin_loadtester_tasks_running',
    help: 'Tasks that are running.',
    labelNames: ['type'],
    registers: [this.#registry],
  });
  readonly #ended = new Counter({
    name: 'serin_loadtester_tasks_total',
    help: 'Tasks that have ended, by whether they succeeded or failed.',
    labelNames: ['type', 'result'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'serin_loadtester_task_seconds',
    help: 'Time a task took.',
    labelNames: ['type'],
    buckets: SECONDS,
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** The text of `/metrics`. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  answered(path: string, status: number): void {
    this.#answers.inc({ path: kindOfPath(path), status });
  }

  began(type: string): void {
    this.#running.inc({ type });
  }

  ended(type: string, result: 'succeeded' | 'failed', seconds: number): void {
    this.#running.dec({ type });
    this.#ended.inc({ type, result });
    this.#seconds.observe({ type }, seconds);
  }
}

/** Any path runs a task, so paths themselves would be labels without number. */
function kindOfPath(path: string): string {
  return /^\/(gate\/(approve|halt)|(gate|rollback)\/(check|open|close)|healthz|metrics)$/.test(path)
    ? path
    : 'task';
}
