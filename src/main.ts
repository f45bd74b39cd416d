/** The controller as a process: reads flags, makes what the controller works with, and runs until told to stop. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseAllDocuments } from 'yaml';
import { createCloudIdentity } from './adapters/cloud-identity.ts';
import { keepHeapSmall } from './adapters/heap.ts';
import { createHttp } from './adapters/http.ts';
import { connect } from './adapters/kubernetes/connect.ts';
import { createEvents } from './adapters/kubernetes/events.ts';
import { createElection, type Election, type Leadership } from './adapters/kubernetes/lease.ts';
import { ownPod } from './adapters/kubernetes/own-pod.ts';
import type { Selection } from './adapters/kubernetes/list-watch.ts';
import { createObjects, isKubeObject } from './adapters/kubernetes/objects.ts';
import { Outages } from './adapters/kubernetes/outages.ts';
import { createPathReader } from './adapters/kubernetes/paths.ts';
import { createServed } from './adapters/kubernetes/served.ts';
import { createTransport } from './adapters/kubernetes/transport.ts';
import { WatchSet } from './adapters/kubernetes/watch-set.ts';
import { createLogger } from './adapters/logger.ts';
import { createPrometheus } from './adapters/prometheus.ts';
import type { CanaryContext } from './api/canary.ts';
import { KINDS, type Kind } from './api/kinds.ts';
import type { KubeObject } from './api/objects.ts';
import { leaseIdentity } from './core/flagger.ts';
import { helpText, parseFlags } from './controller/flags.ts';
import { openDesk } from './controller/front-desk.ts';
import { Manager } from './controller/manager.ts';
import { QueryPath } from './controller/query-path.ts';
import type { Settings } from './controller/settings.ts';
import { awaitCluster } from './controller/start-up.ts';
import type { Tools } from './controller/tools.ts';
import { Vitals } from './controller/vitals.ts';
import { systemClock } from './shared/clock.ts';
import type { Logger } from './shared/logger.ts';
import { SNAPSHOT_LABEL } from './targets/snapshot.ts';
import { abilitiesOf, providerNames } from './traffic/registry.ts';

/** Helm keeps a Secret per release, large and of no interest. */
const NOT_HELM = 'type!=helm.sh/release.v1';

keepHeapSmall();
process.exitCode = await main();

async function main(): Promise<number> {
  const parsed = parseFlags(process.argv.slice(2), process.env);
  if (!parsed.ok) {
    console.error(parsed.error);
    return 2;
  }
  if (parsed.value.kind === 'help') console.log(helpText());
  else if (parsed.value.kind === 'version') console.log(version());
  else return run(parsed.value.settings);
  return 0;
}

async function run(settings: Settings): Promise<number> {
  const log = createLogger({ level: settings.logLevel, encoding: settings.logEncoding });
  const connection = connect(settings.kubeconfig === '' ? {} : { kubeconfig: settings.kubeconfig });
  if (!connection.ok) {
    log.error({ detail: connection.error }, 'there is no way to the cluster');
    return 1;
  }
  const stopping = stopSignal(log);
  const vitals = new Vitals({ processMetrics: true });
  vitals.started(version(), settings.meshProvider);
  const outages = new Outages(systemClock, log);
  const transport = createTransport({
    connection: settings.master === '' ? connection.value : { ...connection.value, url: settings.master },
    clock: systemClock,
    perSecond: settings.qps,
    burst: settings.burst,
    onCall: ({ status, abandoned, ...call }) => {
      vitals.apiCall({ ...call, code: String(status) });
      if (!abandoned) outages.called(status);
    },
  });
  const watched = new WatchSet({
    transport,
    kinds: watchedKinds(settings),
    select: (kind) => selection(settings, kind),
    clock: systemClock,
    random: Math.random,
    log,
  });
  const objects = createObjects({
    transport,
    onWritten: (ref, version) => watched.expect(ref, version),
  });
  const web = createHttp({ clock: systemClock });
  const outside: Omit<Tools, 'metrics'> = {
    objects,
    paths: createPathReader(transport),
    watched,
    events: createEvents(objects),
    http: web.http,
    prometheus: createPrometheus({ clock: systemClock }),
    identity: createCloudIdentity({ clock: systemClock }),
    clock: systemClock,
    random: Math.random,
    log,
    vitals,
    settings,
    settledAt: () => outages.settledAt,
  };
  const tools: Tools = { ...outside, metrics: new QueryPath(outside) };
  const manager = new Manager({ tools, canaries: canaryContext(settings, log) });
  let missing: () => string | undefined = () => 'the process is starting';
  const opened = await openDesk(
    {
      registry: vitals.registry,
      ailing: () => manager.standstill,
      unready: () => missing(),
      refresh: () => manager.measure(),
    },
    settings.port,
  );
  if (!opened.ok) {
    log.error({ detail: opened.error }, 'the process ends');
    web.close();
    await transport.close();
    return 1;
  }
  const desk = opened.value;
  log.info({ version: version(), port: desk.port, provider: settings.meshProvider }, 'started');
  try {
    const startUp = {
      objects,
      server: createServed(transport),
      clock: systemClock,
      log,
      definitions: shippedDefinitions(),
      install: settings.installCrds,
      onWait: (why: string) => (missing = () => why),
    };
    const fit = await awaitCluster(startUp, stopping);
    if (!fit.ok) {
      log.error({ detail: fit.error }, 'the process ends');
      return 1;
    }
    watched.start();
    missing = () => ['the caches are being filled', watched.obstacle?.detail ?? []].flat().join(': ');
    await untilAborted(watched.synced, stopping.signal);
    missing = () => undefined;
    log.info({}, 'the caches are filled');
    await lead(manager, tools, createObjects({ transport, urgent: true }), stopping);
    return stopping.signal.aborted ? 0 : 1;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    log.error({ error }, 'the process ends');
    return 1;
  } finally {
    missing = () => 'the process is stopping';
    await watched.stop();
    await desk.close();
    web.close();
    await transport.close();
  }
}

/**
 * Leads until the process stops, and again after the lease was lost: an outage of the API server ends no process, so
 * caches stay filled, and it is remembered that there was one.
 */
async function lead(
  manager: Manager,
  tools: Tools,
  urgent: ReturnType<typeof createObjects>,
  stopping: { readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    await leadOnce(manager, tools, urgent, stopping);
    if (stopping.signal.aborted) return;
    tools.log.info({}, 'standing by again');
  }
}

/** Everything on its way ends before this resolves. */
async function leadOnce(
  manager: Manager,
  { clock, random, log, vitals, settings }: Tools,
  urgent: ReturnType<typeof createObjects>,
  stopping: { readonly signal: AbortSignal },
): Promise<void> {
  const namespace = settings.leaderElectionNamespace;
  const pod = ownPod(process.env);
  const election = createElection({
    objects: urgent,
    namespace,
    // A pod runs one of us at a time: after a crash the next one is who the last one was, and goes on.
    identity: leaseIdentity(pod?.name ?? hostname(), pod?.uid ?? randomUUID()),
    pod,
    onHeld: (holder) => manager.leaseHeldBy(holder, namespace),
    times: settings.lease,
    clock,
    random,
    log,
  });
  const leadership = await leadershipOf(election, manager, stopping.signal);
  vitals.leading(true);
  try {
    await manager.lead(AbortSignal.any([stopping.signal, leadership.lost]));
  } finally {
    vitals.leading(false);
    await leadership.release();
  }
}

async function leadershipOf(election: Election, manager: Manager, signal: AbortSignal): Promise<Leadership> {
  const over = new AbortController();
  const standingBy = manager.standBy(over.signal);
  try {
    return await election.acquire({ signal });
  } finally {
    over.abort(new Error('the wait for the lease is over'));
    await standingBy;
  }
}

/** Aborts on the first request to stop. A second one does not wait for anything. */
function stopSignal(log: Logger): { readonly signal: AbortSignal } {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      log.info({ signal: name }, 'stopping');
      stop.abort(new Error('the process is stopping'));
    });
  }
  return { signal: stop.signal };
}

function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
    work.then(resolve, reject);
  });
}

/** What every Canary needs; configuration, templates, alerts and routes are watched once a Canary needs them. */
function watchedKinds(settings: Settings): readonly Selection[] {
  const { Canary, Deployment, ControllerRevision, Service } = KINDS;
  return [Canary, Deployment, ControllerRevision, Service].map((kind) => selection(settings, kind));
}

/** Configuration is watched as metadata only: its contents are read when they matter. Of revisions only snapshots. */
function selection({ namespace }: Settings, kind: Kind): Selection {
  return {
    ...kind,
    ...(namespace !== '' && kind.namespaced && { namespace }),
    ...((kind.kind === 'ConfigMap' || kind.kind === 'Secret') && { metadataOnly: true }),
    ...(kind.kind === 'Secret' && { fieldSelector: NOT_HELM }),
    ...(kind.kind === 'ControllerRevision' && { labelSelector: SNAPSHOT_LABEL }),
  };
}

function canaryContext(settings: Settings, log: Logger): CanaryContext {
  const known = abilitiesOf(settings.meshProvider) !== undefined;
  if (!known) log.warn({ provider: settings.meshProvider }, '-mesh-provider is not known, istio is assumed');
  return {
    defaultProvider: known ? settings.meshProvider : 'istio',
    capabilities: abilitiesOf,
    knownProviders: providerNames,
    minimumInterval: settings.minimumInterval,
    noCrossNamespaceRefs: settings.noCrossNamespaceRefs,
    revertOnDeletion: settings.revertOnDeletion,
    ingressAnnotationsPrefix: settings.ingressAnnotationsPrefix,
    ingressClass: settings.ingressClass,
  };
}

/** The definitions beside this package, which is where both sources and build find them. */
function shippedDefinitions(): readonly KubeObject[] {
  const folder = new URL('../crds/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, folder), 'utf8')))
    .map((document): unknown => document.toJS())
    .filter(isKubeObject);
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const found: unknown = JSON.parse(text);
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '';
}
