/** `npm run demo`: a good and a bad release on this machine, as they happen. */
import { performance } from 'node:perf_hooks';
import { Board, HEADER, seconds } from './board.ts';
import { positionOf } from './cluster-view.ts';
import { describeEvents, eventsAbout, type ToldEvent } from './events.ts';
import { isGood, Meter } from './measure.ts';
import { HELP, parseOptions, type DemoOptions } from './options.ts';
import type { Served } from './router.ts';
import { Screen } from './screen.ts';
import type { SlackMessage } from './slack.ts';
import { openStage, type Stage } from './stage.ts';
import { CANARY, install, releaseBad, releaseGood, type Chapter, type Telling } from './story.ts';
import { startVisitors } from './visitors.ts';

const SERVICE = 'http://podinfo.prod:9898/';
const INTERRUPTED = 130;
const REFRESH = 100;
const BREATH = 1_500;
const INSIST_AFTER = 1_000;

class Interrupted extends Error {}

class Demo {
  readonly #options: DemoOptions;
  readonly #screen = new Screen(process.stdout);
  readonly #began = performance.now();
  readonly #ending = new AbortController();
  readonly #meter = new Meter(CANARY.name);
  readonly #board = new Board(this.#screen, this.#meter, () => performance.now() - this.#began);
  readonly #told = new Set<string>();
  readonly #closers: (() => void)[] = [];
  #requests = 0;
  #errors = 0;
  #errorsOfCanary = 0;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Ends the story before its end; the stage is still taken down in order. */
  end(reason: Error): void {
    this.#ending.abort(reason);
  }

  async run(): Promise<number> {
    this.#screen.print('Serin demo: starting a cluster in memory, a router, metrics and a load tester …');
    const stage = await this.#stage();
    try {
      this.#introduce(stage);
      const right = await this.#tell(stage);
      if (this.#options.keep) await this.#stay(stage);
      return right ? 0 : 1;
    } finally {
      this.#closers.forEach((close) => close());
      this.#board.close();
      await stage.stop();
      this.#screen.print(`everything has been stopped (${seconds(performance.now() - this.#began)})`);
    }
  }

  #stage(): Promise<Stage> {
    return openStage({
      namespace: CANARY.namespace,
      standIn: this.#options.standIn,
      signal: this.#ending.signal,
      minimumInterval: this.#options.asWritten ? undefined : '1s',
      onServed: (served) => this.#count(served),
      onSlack: (message) => this.#screen.print(slackLine(message)),
      onCollapse: (sentence) => this.end(new Error(sentence)),
    });
  }

  #introduce(stage: Stage): void {
    this.#screen.print(`metrics from ${stage.metrics.description}`);
    this.#screen.print('another terminal can look at it, and change it, while it runs:');
    this.#screen.print(`    export KUBECONFIG=${stage.kubeconfig}`);
    this.#screen.print('    kubectl -n prod get canaries --watch');
    this.#screen.print(`    curl --proxy ${stage.proxy} ${SERVICE}`);
    this.#screen.print('');
  }

  /** Whether both stories ended right. */
  async #tell(stage: Stage): Promise<boolean> {
    const telling: Telling = {
      stage,
      asWritten: this.#options.asWritten,
      say: (line) => this.#screen.print(line),
      onOpen: () => this.#open(stage),
      signal: this.#ending.signal,
    };
    const chapters: Chapter[] = [];
    for (const chapter of [install, releaseGood, releaseBad]) {
      const told = await chapter(telling);
      chapters.push(told);
      if (!told.right) break;
      // A breath at rest, so that it is seen.
      await new Promise((resolve) => setTimeout(resolve, BREATH));
    }
    this.#look(stage);
    this.#board.close();
    this.#summarise(stage, chapters);
    return chapters.length === 3 && chapters.every(({ right }) => right);
  }

  /** From now on there are requests, and something to watch. */
  #open(stage: Stage): void {
    this.#screen.print('');
    this.#screen.print('visitors arrive: 10 requests a second, beside those of the load tester');
    this.#screen.print('(success and p99 are those of the canary while it gets requests, else of all)');
    this.#screen.print('');
    this.#screen.print(HEADER);
    const visitors = startVisitors(SERVICE, stage.proxy);
    const looking = setInterval(() => this.#look(stage), REFRESH);
    this.#closers.push(
      () => visitors.stop(),
      () => clearInterval(looking),
    );
  }

  #look(stage: Stage): void {
    this.#board.update(
      positionOf(CANARY, stage.view, stage.waitingFor(`${CANARY.name}.${CANARY.namespace}`)),
    );
    for (const event of this.#events(stage)) {
      const key = `${event.uid}/${event.count}`;
      if (!this.#told.has(key))
        this.#screen.print(`         event  ${event.type.padEnd(7)}  ${event.message}`);
      this.#told.add(key);
    }
  }

  #count(served: Served): void {
    this.#meter.count(served);
    this.#requests += 1;
    if (isGood(served)) return;
    this.#errors += 1;
    if (served.workload === CANARY.name) this.#errorsOfCanary += 1;
  }

  #events(stage: Stage): readonly ToldEvent[] {
    const events = stage.view.list({ apiVersion: 'v1', kind: 'Event' }, CANARY.namespace);
    return eventsAbout({ kind: 'Canary', name: CANARY.name }, events);
  }

  #summarise(stage: Stage, chapters: readonly Chapter[]): void {
    const print = (line: string): void => this.#screen.print(line);
    print('');
    for (const { title, right, outcome } of chapters)
      print(`${right ? 'ok    ' : 'WRONG '} ${title}: ${outcome}`);
    const elsewhere = this.#errors - this.#errorsOfCanary;
    print(
      `       ${this.#requests} requests were made, ${this.#errors} failed: ${this.#errorsOfCanary} on a canary, ${elsewhere} elsewhere`,
    );
    print('');
    print('Events of canary podinfo, as `kubectl -n prod describe canary podinfo` shows them:');
    describeEvents(this.#events(stage), Date.now()).forEach(print);
    print('');
    if (chapters.some(({ right }) => !right)) this.#confess(stage);
  }

  #confess(stage: Stage): void {
    this.#screen.print("the controller's last words:");
    stage.lastWords().forEach((line) => this.#screen.print(`    ${line}`));
  }

  /** Until somebody ends it. */
  async #stay(stage: Stage): Promise<void> {
    this.#screen.print(`the cluster stays until Ctrl-C; controller log: ${stage.log}`);
    this.#screen.print(HEADER);
    await new Promise((resolve) => {
      this.#ending.signal.addEventListener('abort', resolve, { once: true });
    });
    const reason: unknown = this.#ending.signal.reason;
    if (!(reason instanceof Interrupted)) throw reason;
  }
}

function slackLine({ channel, author, text, color, fields }: SlackMessage): string {
  const details = fields.map(({ title, value }) => `${title}: ${value}`).join(', ');
  return `         slack  #${channel}  ${color === 'danger' ? '[danger] ' : ''}${author}: ${text}${details === '' ? '' : ` (${details})`}`;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (!options.ok) {
    console.error(`demo: ${options.error}; --help tells what there is`);
    return 2;
  }
  if (options.value.help) {
    console.log(HELP);
    return 0;
  }
  const demo = new Demo(options.value);
  endOnSignals(demo);
  endWithReader(demo);
  try {
    return await demo.run();
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** The first signal ends the demo in order; one that comes later ends it at once. The same one may arrive twice, from a terminal and from npm. */
function endOnSignals(demo: Demo): void {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      first ??= performance.now();
      if (performance.now() - first > INSIST_AFTER) process.exit(INTERRUPTED);
      demo.end(new Interrupted(`ended by ${signal}`));
    });
  }
}

/** Whoever reads may go, as `head` does and a terminal that is closed; nobody is left to tell a story to then. */
function endWithReader(demo: Demo): void {
  process.stdout.on('error', () => demo.end(new Interrupted('nobody reads the output any more')));
  process.stderr.on('error', () => undefined);
}

process.exit(await main());
