/**
 * The cluster in memory as a stage: the API over HTTPS, pods that listen on loopback, a router that obeys the objects
 * of several real ones, metrics counted from the requests it carried, and controller and load tester as shipped, as
 * processes of their own.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { viewOf } from '../../../../hack/demo/cluster-view.ts';
import type { Listener } from '../../../../hack/demo/loopback.ts';
import { listen } from '../../../../hack/demo/loopback.ts';
import { findProgram, startMetricsServer } from '../../../../hack/demo/prometheus.ts';
import { startProxy } from '../../../../hack/demo/proxy.ts';
import { exposition } from '../../../../hack/demo/request-metrics.ts';
import { startRouter, type Router as DemoRouter } from '../../../../hack/demo/router.ts';
import { hasService } from '../../../../hack/demo/routing.ts';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/server.ts';
import { systemClock } from '../../../../src/shared/clock.ts';
import { valueAt } from '../../harness/look.ts';
import { Changes } from '../../harness/changes.ts';
import { built, startProgram, type Program } from '../../harness/process.ts';
import { Cluster } from '../cluster.ts';
import { KINDS, type KindName } from '../kinds.ts';
import { PLACE } from '../place.ts';
import { IN_A_HURRY, type Controller, type LoadTester, type Router, type Stage } from '../stage.ts';
import { applicationPods, type ApplicationPods } from './pods.ts';
import { takenUp } from './taken-up.ts';

/** Kinds of routers, known here without their vendors' definitions. */
const ROUTERS = [
  'HTTPRoute',
  'IngressRoute',
  'TraefikService',
  'VirtualService',
] as const satisfies readonly KindName[];
const DESTINATION_RULE = {
  group: 'networking.istio.io',
  version: 'v1beta1',
  kind: 'DestinationRule',
  plural: 'destinationrules',
  namespaced: true,
};
const LOAD_TESTER = `${PLACE.loadTester.name}.${PLACE.loadTester.namespace}`;
const LAST_WORDS = 20;
/** Shorter than a pod here goes on answering after it was told to end, as every application has to allow for. */
const GATHER = 250;

export async function openEmbedded(): Promise<Stage> {
  const crew = new Crew();
  try {
    return await crew.open();
  } catch (error) {
    await crew.stop();
    throw error;
  }
}

class Crew {
  readonly #changes = new Changes();
  readonly #closers: (() => Promise<unknown>)[] = [];
  #controller: Program | undefined;

  async open(): Promise<Stage> {
    await built();
    const folder = await this.#folder();
    const pods: ApplicationPods = applicationPods((at) =>
      valueAt(sandbox.store.get('configmaps', at), 'data'),
    );
    const sandbox = await this.#sandbox(pods);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
    const view = viewOf(sandbox.store);
    const known = viewOf(takenUp(sandbox.store, GATHER));
    const router = await this.#own(startRouter({ view: known, home: 'prod' }));
    const metrics = await this.#metrics(router, pods);
    const helpers = new Map([[new URL(PLACE.prometheus).hostname, metrics.url]]);
    const isService = (asked: { name: string; namespace: string }): boolean => hasService(asked, view);
    const proxy = await this.#own(startProxy({ router: router.url, isService, helpers, home: 'prod' }));
    const tester = await this.#loadTester(proxy);
    helpers.set(LOAD_TESTER, tester.address);
    const start = (how: Controller): Promise<void> => this.#startController({ kubeconfig, proxy, how });
    await start(IN_A_HURRY);
    const cluster = await Cluster.open(kubeconfig);
    this.#closers.push(() => cluster.close());
    const { namespace: name } = PLACE.loadTester;
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const kind of ['Canary', 'HorizontalPodAutoscaler'] as const) await cluster.watch(kind);
    return {
      kind: 'embedded',
      about: [
        `Kubernetes API in memory at ${sandbox.url}, version ${await cluster.version()}`,
        `metrics from ${metrics.description}`,
        'the controller runs with -minimum-analysis-interval=1s',
      ],
      cluster,
      router: routerFor(router),
      loadTester: tester,
      prometheus: PLACE.prometheus,
      gateway: { name: 'gateway', namespace: 'infra' },
      restart: start,
      lastWords: async () => this.#controller?.text().split('\n').slice(-LAST_WORDS).join('\n') ?? '',
      stop: () => this.stop(),
    };
  }

  async stop(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }

  async #folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'serin-suite-'));
    this.#closers.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async #sandbox(pods: ApplicationPods): Promise<Sandbox> {
    const sandbox = await this.#own(startSandbox({ clock: systemClock, runtime: pods }));
    this.#closers.push(() => pods.stopAll());
    for (const name of ROUTERS) {
      const { apiVersion, kind, plural, namespaced } = KINDS[name];
      const [group = '', version = ''] = apiVersion.split('/');
      sandbox.registerKind({ group, version, kind, plural, namespaced });
    }
    sandbox.registerKind(DESTINATION_RULE);
    return sandbox;
  }

  /** One address for what the router and the pods count; a Prometheus of a cluster would ask each of them. */
  async #metrics(router: DemoRouter, pods: ApplicationPods) {
    const source = () => [...router.counters(), ...pods.counters()];
    const exporter = await this.#own(
      listen((_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
        response.end(exposition(source()));
      }),
    );
    const program = await findProgram('prometheus');
    const server = await this.#own(
      startMetricsServer({
        program,
        otherwise: 'no prometheus is on the path',
        scrape: exporter.url,
        source,
      }),
    );
    await server.sampling;
    return server;
  }

  async #loadTester({ url }: Listener): Promise<LoadTester & { readonly address: string }> {
    const program = this.#start('dist/load-tester/main.js', ['-port=0', `-proxy=${url}`], {});
    const port = await this.#changes.eventually(
      'the load tester listens',
      () => program.lines().find((line) => typeof line['port'] === 'number')?.['port'],
    );
    const address = `http://127.0.0.1:${String(port)}`;
    return {
      address,
      url: `http://${LOAD_TESTER}/`,
      put: async (path, payload) => {
        const answer = await fetch(address + path, { method: 'POST', body: JSON.stringify(payload) });
        return answer.status;
      },
    };
  }

  async #startController(options: {
    readonly kubeconfig: string;
    readonly proxy: Listener;
    readonly how: Controller;
  }): Promise<void> {
    await this.#controller?.kill('SIGTERM');
    const { kubeconfig, proxy, how } = options;
    const { minimumInterval, revertOnDeletion } = how;
    const flags = [
      `-kubeconfig=${kubeconfig}`,
      '-port=0',
      '-mesh-provider=traefik',
      `-metrics-server=${PLACE.prometheus}`,
      ...(minimumInterval === undefined ? [] : [`-minimum-analysis-interval=${minimumInterval}`]),
      ...(revertOnDeletion === true ? ['-revert-on-deletion'] : []),
    ];
    const env = {
      HTTP_PROXY: proxy.url,
      http_proxy: proxy.url,
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
    };
    const controller = this.#start('dist/main.js', flags, env);
    this.#controller = controller;
    await this.#changes.eventually('the controller leads', () =>
      controller.lines().some(({ msg }) => msg === 'leading'),
    );
  }

  #start(file: string, flags: readonly string[], env: Readonly<Record<string, string>>): Program {
    const program = startProgram(file, flags, this.#changes, env);
    this.#closers.push(() => (program.running ? program.kill('SIGTERM') : program.ended));
    return program;
  }

  async #own<Part extends { stop(): Promise<void> }>(starting: Promise<Part>): Promise<Part> {
    const part = await starting;
    this.#closers.push(() => part.stop());
    return part;
  }
}

/** What it says of a host now holds for the next request, unless it takes up other objects before. */
function routerFor(router: DemoRouter): Router {
  return {
    url: () => router.url,
    split: async (_, { namespace, name, host }) => {
      const parts = router.shares(host);
      const canary = parts?.find((part) => part.namespace === namespace && part.service === `${name}-canary`);
      if (parts === undefined || canary === undefined) return undefined;
      const all = parts.reduce((sum, { weight }) => sum + weight, 0);
      return { primary: all - canary.weight, canary: canary.weight };
    },
  };
}
