/**
 * Everything the story needs, started in the right order and ended without remainder: the cluster in memory,
 * pods, router, proxy, metrics, chat, and the shipped controller and load tester as processes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { ApiUser } from './api-user.ts';
import { startChild, type Child } from './children.ts';
import { viewOf } from './cluster-view.ts';
import { freePort, type Listener } from './loopback.ts';
import { loopbackAddresses, processPods } from './pods.ts';
import { findProgram, startMetricsServer, type MetricsServer } from './prometheus.ts';
import { startProxy } from './proxy.ts';
import { startRouter, type Router, type Served } from './router.ts';
import { hasService, type ClusterView } from './routing.ts';
import { CONTROLLER, ensureBuilt, LOAD_TESTER, WORKLOAD } from './shipped.ts';
import { startSlack, type SlackMessage } from './slack.ts';

export interface StageOptions {
  readonly namespace: string;
  readonly standIn: boolean;
  readonly minimumInterval: string | undefined;
  readonly signal: AbortSignal;
  readonly onServed: (served: Served) => void;
  readonly onSlack: (message: SlackMessage) => void;
  /** A process that nobody stopped has ended; the sentence says which and why. */
  readonly onCollapse: (sentence: string) => void;
}

export interface Stage {
  readonly view: ClusterView;
  readonly user: ApiUser;
  readonly proxy: string;
  readonly kubeconfig: string;
  /** Which metric system it is, and when it has begun to measure. */
  readonly metrics: Pick<MetricsServer, 'description' | 'sampling'>;
  readonly log: string;
  /** The last lines of it. */
  lastWords(): readonly string[];
  /** What the controller last said a Canary (`name.namespace`) is waiting for. */
  waitingFor(canary: string): string;
  /** Starts the controller and resolves once it says that it is ready. */
  startController(): Promise<void>;
  /** Ends everything, the last started first. May be called more than once. */
  stop(): Promise<void>;
}

const READY_WITHIN = 30_000;
const LAST_WORDS = 15;
const Waiting = z.object({ msg: z.literal('waiting'), canary: z.string(), waitingFor: z.string() });

/** Opens the stage up to the controller, which needs somebody to apply manifests first; ends what it started if that fails. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const crew = new Crew(options);
  try {
    return await crew.open();
  } catch (error) {
    await crew.stop();
    throw error;
  }
}

/** Of the controller's variables, which win over its flags: the demo writes to nobody's real channel. */
const NOBODY_ELSES = { SLACK_URL: '', SLACK_TOKEN: '', SLACK_PROXY_URL: '', EVENT_WEBHOOK_URL: '' };

class Crew {
  readonly #options: StageOptions;
  readonly #waiting = new Map<string, string>();
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #lastWords: string[] = [];
  #stopping = false;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  async open(): Promise<Stage> {
    const [folder] = await Promise.all([this.#folder(), ensureBuilt()]);
    const sandbox = await this.#sandbox();
    const view = viewOf(sandbox.store);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
    const router = await this.#own(
      startRouter({ view, home: this.#options.namespace, onServed: this.#options.onServed }),
    );
    const [metrics, slack] = await Promise.all([
      this.#metrics(router),
      this.#own(startSlack(this.#options.onSlack)),
    ]);
    const helpers = new Map([
      ['prometheus', metrics.url],
      ['slack.demo', slack.url],
    ]);
    const proxy = await this.#proxy(router, view, helpers);
    const log = join(folder, 'controller.log');
    helpers.set(`load-tester.${this.#options.namespace}`, await this.#loadTester(proxy));
    return this.#stage({ sandbox, view, proxy: proxy.url, kubeconfig, metrics, log });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }

  #stage(
    parts: Pick<Stage, 'view' | 'proxy' | 'kubeconfig' | 'metrics' | 'log'> & { readonly sandbox: Sandbox },
  ): Stage {
    const { sandbox, ...rest } = parts;
    const user = new ApiUser({ url: sandbox.url, ca: sandbox.ca, token: sandbox.token });
    this.#closers.push(async () => user.close());
    return {
      ...rest,
      user,
      waitingFor: (canary) => this.#waiting.get(canary) ?? '',
      lastWords: () => this.#lastWords,
      startController: () => this.#controller(parts),
      stop: () => this.stop(),
    };
  }

  async #folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'serin-demo-'));
    this.#closers.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async #sandbox(): Promise<Sandbox> {
    const pods = processPods(WORKLOAD, loopbackAddresses(process.pid));
    const sandbox = await this.#own(startSandbox({ clock: systemClock, runtime: pods }));
    this.#closers.push(() => pods.stopAll());
    for (const [kind, plural] of [
      ['VirtualService', 'virtualservices'],
      ['DestinationRule', 'destinationrules'],
    ] as const) {
      sandbox.registerKind({
        group: 'networking.istio.io',
        version: 'v1beta1',
        kind,
        plural,
        namespaced: true,
      });
    }
    return sandbox;
  }

  async #metrics(router: Router): Promise<MetricsServer> {
    const program = this.#options.standIn ? undefined : await findProgram('prometheus');
    return this.#own(
      startMetricsServer({
        program,
        otherwise: this.#options.standIn ? 'as asked for' : 'no prometheus is on the path',
        scrape: router.metricsUrl,
        source: () => router.counters(),
      }),
    );
  }

  #proxy(router: Router, view: ClusterView, helpers: ReadonlyMap<string, string>): Promise<Listener> {
    const isService = (asked: { name: string; namespace: string }): boolean => hasService(asked, view);
    return this.#own(startProxy({ router: router.url, isService, helpers, home: this.#options.namespace }));
  }

  async #loadTester(proxy: Listener): Promise<string> {
    const port = await freePort();
    const child = this.#process('load tester', [LOAD_TESTER, `-port=${port}`, `-proxy=${proxy.url}`], {});
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/healthz`, child, this.#patience());
    return url;
  }

  async #controller(stage: Pick<Stage, 'kubeconfig' | 'proxy' | 'log'>): Promise<void> {
    const port = await freePort();
    const { minimumInterval } = this.#options;
    const flags = [
      `-kubeconfig=${stage.kubeconfig}`,
      `-port=${port}`,
      '-mesh-provider=istio',
      '-metrics-server=http://prometheus:9090',
      '-slack-url=http://slack.demo/',
      '-slack-channel=general',
      ...(minimumInterval === undefined ? [] : [`-minimum-analysis-interval=${minimumInterval}`]),
    ];
    const proxied = { HTTP_PROXY: stage.proxy, http_proxy: stage.proxy };
    const near = { NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' };
    const env = { ...proxied, ...near, ...NOBODY_ELSES };
    const log = createWriteStream(stage.log);
    const child = this.#process('controller', [CONTROLLER, ...flags], env, (line) => {
      log.write(`${line}\n`);
      this.#lastWords.push(line);
      this.#lastWords.splice(0, this.#lastWords.length - LAST_WORDS);
      this.#hear(line);
    });
    await answers(`http://127.0.0.1:${port}/readyz`, child, this.#patience());
  }

  #patience(): AbortSignal {
    return AbortSignal.any([this.#options.signal, AbortSignal.timeout(READY_WITHIN)]);
  }

  #hear(line: string): void {
    const waiting = Waiting.safeParse(jsonOf(line)).data;
    if (waiting !== undefined) this.#waiting.set(waiting.canary, waiting.waitingFor);
  }

  #process(
    name: string,
    args: readonly string[],
    env: Record<string, string>,
    onLine?: (line: string) => void,
  ): Child {
    const child = startChild(process.execPath, args, { env, ...(onLine !== undefined && { onLine }) });
    this.#closers.push(() => child.stop());
    void child.ended.then((how) => {
      if (!this.#stopping) this.#options.onCollapse(`the ${name} ${how}: ${child.complaint()}`);
    });
    return child;
  }

  async #own<Part extends { stop(): Promise<void> }>(starting: Promise<Part>): Promise<Part> {
    const part = await starting;
    this.#closers.push(() => part.stop());
    return part;
  }
}

/** Resolves once the address answers 200; throws when the process ends first or the signal aborts. */
async function answers(url: string, child: Child, signal: AbortSignal): Promise<void> {
  while (child.running()) {
    signal.throwIfAborted();
    const answer = await fetch(url, { signal }).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} never answered: the process ${await child.ended}: ${child.complaint()}`);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
