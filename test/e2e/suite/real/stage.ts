/**
 * A real cluster as a stage: Serin's own image, installed with Serin's own chart; Traefik in front, Prometheus beside
 * it, and the load tester where the manifests look for it.
 */
import { textAt } from '../../harness/look.ts';
import { Cluster } from '../cluster.ts';
import { PLACE } from '../place.ts';
import { IN_A_HURRY, type Controller, type LoadTester, type Router, type Stage } from '../stage.ts';
import { command, install, type Release } from './install.ts';
import { BY_NAME, forwarded, type Reach } from './reach.ts';
import { Skipper } from './skipper.ts';
import { Traefik } from './traefik.ts';

/** Services of the add-ons, by the names that `npm run cluster` gives them. */
const TRAEFIK = { namespace: 'traefik', name: 'traefik' };
const SKIPPER = { namespace: 'skipper', name: 'skipper' };
const LEASE = 'flagger-leader-election';
const LAST_LINES = ['--prefix', '--tail=40'];
const CONTROLLERS = ['-l', 'app.kubernetes.io/name=serin'];

export interface RealOptions {
  readonly kubeconfig: string;
  /** This process stands in the cluster's own network, where names of Services resolve. */
  readonly inside: boolean;
  /** A word that changes with the controller's image, so that a new one is really started. */
  readonly build: string;
  /** Of the controller's chart, laid over those that the suite installs it with. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly say: (line: string) => void;
}

export async function openReal(options: RealOptions): Promise<Stage> {
  const { kubeconfig, inside, build, values, say } = options;
  process.env['KUBECONFIG'] = kubeconfig;
  const cluster = await Cluster.open(kubeconfig);
  const reach = inside ? BY_NAME : forwarded('kubectl', kubeconfig);
  const serin = ({ minimumInterval = '', revertOnDeletion = false }: Controller): Release => ({
    name: 'serin',
    namespace: PLACE.serin,
    chart: 'serin',
    values: {
      meshProvider: 'traefik',
      metricsServer: PLACE.prometheus,
      minimumAnalysisInterval: minimumInterval,
      revertOnDeletion,
      // Everything of the suite runs on the one node: what asks for next to nothing gets it.
      resources: { requests: { cpu: '200m', memory: '64Mi' }, limits: { memory: '512Mi' } },
      rbac: { providers: ['gatewayapi:v1', 'nginx', 'skipper', 'kubernetes'] },
      podAnnotations: { 'e2e/build': build },
      ...values,
    },
  });
  say('installing charts/serin and charts/loadtester …');
  await Promise.all([install(serin(IN_A_HURRY)), install(loadTester(build))]);
  await leads(cluster);
  for (const kind of ['Canary', 'HorizontalPodAutoscaler'] as const) await cluster.watch(kind);
  const router = await routers(reach);
  return {
    kind: 'real',
    about: [
      `Kubernetes ${await cluster.version()}, by ${kubeconfig}`,
      `the controller runs ${await imageOf(cluster)} with -minimum-analysis-interval=1s`,
    ],
    cluster,
    router,
    loadTester: await testerBehind(reach),
    prometheus: PLACE.prometheus,
    gateway: TRAEFIK,
    restart: async (how) => {
      await install(serin(how));
      await leads(cluster);
    },
    lastWords: () => command('kubectl', ['-n', PLACE.serin, 'logs', ...CONTROLLERS, ...LAST_LINES]),
    stop: async () => {
      reach.close();
      await cluster.close();
    },
  };
}

/** Traefik for all that it understands, and Skipper for its own. */
async function routers(reach: Reach): Promise<Router> {
  const traefik = new Traefik(await reach.to({ ...TRAEFIK, port: 8080 }));
  const skipper = new Skipper(await reach.to({ ...SKIPPER, port: 9911 }));
  const urls = {
    traefik: await reach.to({ ...TRAEFIK, port: 80 }),
    skipper: await reach.to({ ...SKIPPER, port: 80 }),
  };
  return {
    url: (by) => (by === 'skipper' ? urls.skipper : urls.traefik),
    split: (by, apex) => (by === 'skipper' ? skipper.split(apex) : traefik.split(by, apex)),
  };
}

function loadTester(build: string): Release {
  return {
    name: PLACE.loadTester.name,
    namespace: PLACE.loadTester.namespace,
    chart: 'loadtester',
    values: {
      fullnameOverride: PLACE.loadTester.name,
      podAnnotations: { 'e2e/build': build },
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '512Mi' } },
    },
  };
}

/** A controller that was killed cannot give its lease away, and the next one waits for a minute. */
const TAKEOVER = 120_000;

/** A pod that a finished installation has left holds the lease. */
async function leads(cluster: Cluster): Promise<void> {
  await cluster.eventually(
    'the installed controller leads',
    async () => {
      const lease = await cluster.read('Lease', { namespace: PLACE.serin, name: LEASE });
      const holder = textAt(lease, 'spec', 'holderIdentity');
      const pods = await podsOf(cluster);
      return pods.some((name) => holder.includes(name));
    },
    { within: TAKEOVER },
  );
}

/** Names of the controller's pods that are to stay. */
async function podsOf(cluster: Cluster): Promise<readonly string[]> {
  const pods = await cluster.readAll('Pod', PLACE.serin);
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

async function imageOf(cluster: Cluster): Promise<string> {
  const deployment = await cluster.read('Deployment', { namespace: PLACE.serin, name: 'serin' });
  return textAt(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image');
}

async function testerBehind(reach: Reach): Promise<LoadTester> {
  const address = await reach.to({ ...PLACE.loadTester, port: 80 });
  return {
    url: `http://${PLACE.loadTester.name}.${PLACE.loadTester.namespace}/`,
    put: async (path, payload) => {
      const answer = await fetch(address + path, { method: 'POST', body: JSON.stringify(payload) });
      return answer.status;
    },
  };
}
