/**
 * The charts on a real cluster, as their users meet them: over Flagger's own definitions, upgraded from the version of
 * another commit while a rollout is under way, tested, removed, for one namespace alone, and as plain manifests.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { at, list, text } from '../../src/api/tree.ts';
import { definitionsOf } from '../schemas/vendors.ts';
import { canary, deployment, image } from '../../test/e2e/suite/manifests.ts';
import { objectionsTo, type Demands } from '../e2e/foreign.ts';
import { Reach } from './reach.ts';

const ROOT = join(import.meta.dirname, '../..');
const FLAGGER = {
  name: 'Flagger',
  module: 'github.com/fluxcd/flagger',
  version: 'v1.44.0',
  path: 'artifacts/flagger/crd.yaml',
};
const PLACE = { serin: 'charts-serin', one: 'charts-one', plain: 'charts-plain', apps: 'charts-apps' };
const LEASE = ['-n', PLACE.serin, 'lease', 'flagger-leader-election'] as const;
const OURS = 'app.kubernetes.io/name=serin';
const TESTER = 'flagger-loadtester';
const WAIT = ['--wait', '--timeout', '90s'] as const;
/** Of one image, so that nothing is pulled. */
const USUAL = ['--set', 'minimumAnalysisInterval=1s,resources.requests.cpu=100m'] as const;
/** Seconds. An old process has to end, and those who wait look every five. */
const HAND_OVER = 20;
const CALM = 5;

/** Resolves when all of it has worked. @throws a sentence about what has not */
export async function tryOut(helm: string, from: string): Promise<void> {
  const reach = new Reach(helm);
  console.log(reach.sentence);
  // Before anything is taken away: what is cleaned up is known by labels that every Serin has.
  await alone(reach);
  const folder = await mkdtemp(join(tmpdir(), 'serin-charts-'));
  try {
    await cleanUp(reach, true);
    await loadImages(reach);
    await step(`chart and image of ${from}, over Flagger's definitions`, () =>
      overFlagger(reach, from, folder),
    );
    await step('the load tester, and a rollout that its gate holds', () => aRollout(reach));
    await step('helm upgrade in the middle of it', () => upgrade(reach));
    await step('helm test', () => test(reach));
    await step('helm uninstall', () => uninstall(reach));
    await step('one namespace', () => oneNamespace(reach));
    await step('serin install | kubectl apply --server-side', () => plain(reach));
  } catch (error) {
    for (const line of await lastWords(reach)) console.error(line);
    throw error;
  } finally {
    await cleanUp(reach, false);
    await rm(folder, { recursive: true, force: true });
  }
}

async function step(name: string, work: () => Promise<string>): Promise<void> {
  const began = performance.now();
  const seen = await work();
  console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${name}: ${seen}`);
}

// ------------------------------------------------------------------------------------------------------ cluster mode

/** A release of the version before, where Flagger's definitions are: the controller brings its own. */
async function overFlagger(reach: Reach, from: string, folder: string): Promise<string> {
  for (const definition of await definitionsOf(FLAGGER)) {
    const { name } = definition.metadata;
    const how = (await reach.get('crd', name)) === undefined ? 'create' : 'replace';
    // Some of its descriptions are broken into fields that nobody knows.
    await reach.kubectlOf(JSON.stringify(definition), how, '--validate=ignore', '-f', '-');
  }
  await chartOf(from, folder);
  const chart = join(folder, 'charts/serin');
  await helmInstall(reach, chart, 'meshProvider=traefik,image.tag=previous');
  const canaries = await reach.get('crd', 'canaries.flagger.app');
  if (!JSON.stringify(canaries).includes('"serin"')) throw new Error('the definition has no status.serin');
  return 'ready, and the definitions know status.serin';
}

async function chartOf(ref: string, folder: string): Promise<void> {
  const run = promisify(execFile);
  await run('sh', ['-c', 'git archive "$1" charts | tar -x -C "$2"', 'sh', ref, folder], { cwd: ROOT });
}

function helmInstall(reach: Reach, chart: string, values: string): Promise<string> {
  const words = ['upgrade', '--install', 'serin', chart, '-n', PLACE.serin, '--create-namespace'];
  return reach.helm(...words, ...USUAL, '--set', values, ...WAIT);
}

async function aRollout(reach: Reach): Promise<string> {
  const name = 'podinfo';
  const namespace = PLACE.apps;
  const chart = join(ROOT, 'charts/loadtester');
  const words = ['install', TESTER, chart, '-n', namespace, '--create-namespace'];
  await reach.helm(...words, '--set', `fullnameOverride=${TESTER}`, ...WAIT);
  const gate = `http://${TESTER}.${namespace}/gate/check`;
  const webhooks = [{ name: 'gate', type: 'confirm-promotion', url: gate }];
  const analysis = { interval: '1s', stepWeight: 25, maxWeight: 50, webhooks };
  await reach.apply(
    deployment({ namespace, name }),
    canary({ namespace, name, provider: 'traefik', analysis }),
  );
  await phase(reach, namespace, 'Initialized');
  await reach.kubectl('-n', namespace, 'set', 'image', `deployment/${name}`, `podinfod=${image('6.0.1')}`);
  await phase(reach, namespace, 'WaitingPromotion');
  // What the gate answers is written a moment after the phase, and belongs to what an upgrade may not change.
  await reach.until('the Canary says what the gate answers', HAND_OVER, async () => {
    const said = at(await canaryIn(reach, namespace), 'status', 'serin', 'waitingFor', 'text');
    return text(said)?.endsWith(': Forbidden') === true;
  });
  return `it waits with ${String(at(await canaryIn(reach, namespace), 'status', 'canaryWeight'))}% on the canary`;
}

/** Nothing may change that users of the application, or its owners, can see. */
async function upgrade(reach: Reach): Promise<string> {
  const before = await visible(reach);
  await helmInstall(reach, join(ROOT, 'charts/serin'), 'meshProvider=traefik');
  const seconds = await leads(reach);
  await new Promise((resolve) => setTimeout(resolve, CALM * 1_000));
  const after = await visible(reach);
  if (before !== after) throw new Error(`the upgrade changed something:\nbefore ${before}\nafter  ${after}`);
  const { apps } = PLACE;
  const body = JSON.stringify({ name: 'podinfo', namespace: apps });
  const curl = ['curl', '--fail', '--silent', '--data', body, 'http://localhost:8080/gate/open'];
  await reach.kubectl('-n', apps, 'exec', `deployment/${TESTER}`, '--', ...curl);
  await phase(reach, apps, 'Succeeded');
  const primary = await reach.get('-n', apps, 'deployment', 'podinfo-primary');
  const [container] = list(at(primary, 'spec', 'template', 'spec', 'containers'));
  if (at(container, 'image') !== image('6.0.1')) throw new Error('the primary has another image');
  return `the new process leads ${seconds} s later, pods, weights and status as before; promoted when the gate opened`;
}

/** Pods with their restarts, routes, and what the Canary says, as one text. */
async function visible(reach: Reach): Promise<string> {
  const { apps } = PLACE;
  const pods = list(
    at(await reach.get('-n', apps, 'pods', '-l', 'app in (podinfo,podinfo-primary)'), 'items'),
  );
  const staying = pods.filter((pod) => at(pod, 'metadata', 'deletionTimestamp') === undefined);
  const running = staying.map((pod) => [
    at(pod, 'metadata', 'uid'),
    list(at(pod, 'status', 'containerStatuses')).map((container) => at(container, 'restartCount')),
  ]);
  const routes = await reach.get('-n', apps, 'traefikservice', 'podinfo');
  const status = at(await canaryIn(reach, apps), 'status');
  const said = ['phase', 'canaryWeight', 'failedChecks', 'lastAppliedSpec', 'lastPromotedSpec', 'conditions'];
  return JSON.stringify([running.sort(), at(routes, 'spec'), said.map((name) => at(status, name))]);
}

/** Seconds until the one pod that is to stay holds the Lease. */
function leads(reach: Reach): Promise<number> {
  return reach.until('the new process leads', HAND_OVER, async () => {
    const pods = list(at(await reach.get('-n', PLACE.serin, 'pods', '-l', OURS), 'items')).filter(
      (pod) => at(pod, 'metadata', 'deletionTimestamp') === undefined,
    );
    const holder = text(at(await reach.get(...LEASE), 'spec', 'holderIdentity')) ?? '';
    return pods.length === 1 && holder.includes(text(at(pods[0], 'metadata', 'name')) ?? '?');
  });
}

async function test(reach: Reach): Promise<string> {
  await reach.helm('test', 'serin', '-n', PLACE.serin, '--timeout', '60s');
  await reach.helm('test', TESTER, '-n', PLACE.apps, '--timeout', '60s');
  return 'controller and load tester answer';
}

/** The Role goes before the process, which then may not give the Lease away. */
async function uninstall(reach: Reach): Promise<string> {
  const primary = await reach.get('-n', PLACE.apps, 'deployment', 'podinfo-primary');
  await reach.helm('uninstall', 'serin', '-n', PLACE.serin, ...WAIT);
  const seconds = await reach.until('nobody holds the Lease', HAND_OVER, async () => {
    const lease = await reach.get(...LEASE);
    return (at(lease, 'spec', 'holderIdentity') ?? '') === '';
  });
  const still = await reach.get('-n', PLACE.apps, 'deployment', 'podinfo-primary');
  if (at(still, 'metadata', 'uid') !== at(primary, 'metadata', 'uid')) throw new Error('the primary is gone');
  return `the Lease is free ${seconds} s later, the application serves on`;
}

// ---------------------------------------------------------------------------------------------------- the other ways

async function oneNamespace(reach: Reach): Promise<string> {
  const { one } = PLACE;
  const words = ['install', 'serin', join(ROOT, 'charts/serin'), '-n', one, '--create-namespace'];
  await reach.helm(...words, ...USUAL, '--set', `namespace=${one},meshProvider=kubernetes`, ...WAIT);
  const all = await reach.get('clusterrole,clusterrolebinding', '-l', OURS);
  if (list(at(all, 'items')).length > 0) throw new Error('it has a role in the whole cluster');
  await initializes(reach, one);
  await reach.helm('uninstall', 'serin', '-n', one);
  return 'without any ClusterRole, and a Canary is initialized';
}

async function plain(reach: Reach): Promise<string> {
  const cli = [
    join(ROOT, 'src/cli/main.ts'),
    'install',
    '--namespace',
    PLACE.plain,
    '--provider',
    'kubernetes',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, cli, { cwd: ROOT });
  const count = parseAllDocuments(stdout).length;
  const applied = await reach.kubectlOf(stdout, 'apply', '--server-side', '-f', '-');
  const lines = applied.split('\n').filter((line) => line.endsWith('serverside-applied'));
  if (lines.length !== count) throw new Error(`of ${count} objects these were applied:\n${applied}`);
  await reach.kubectl('-n', PLACE.plain, 'rollout', 'status', 'deployment/serin', '--timeout=60s');
  await initializes(reach, PLACE.plain);
  return `${count} objects applied, and a Canary is initialized`;
}

async function initializes(reach: Reach, namespace: string): Promise<void> {
  const name = 'podinfo';
  const analysis = { interval: '1s', iterations: 1 };
  await reach.apply(
    deployment({ namespace, name }),
    canary({ namespace, name, provider: 'kubernetes', analysis }),
  );
  await phase(reach, namespace, 'Initialized');
}

function canaryIn(reach: Reach, namespace: string): Promise<unknown> {
  return reach.get('-n', namespace, 'canary', 'podinfo');
}

function phase(reach: Reach, namespace: string, wanted: string): Promise<number> {
  return reach.until(`the Canary in ${namespace} is ${wanted}`, 90, async () => {
    const found = await canaryIn(reach, namespace);
    return at(found, 'status', 'phase') === wanted;
  });
}

// ------------------------------------------------------------------------------------------------- before and after

/** Two controllers that do not know of each other would drive the same Canaries. */
async function alone(reach: Reach): Promise<void> {
  if (reach.isElsewhere) console.log(IMAGES_THERE);
  const found = await objectionsTo((...words) => reach.kubectl(...words), reach.isElsewhere ? GUEST : HOST);
  if (found.length > 0) throw new Error([...found, 'remove it, or take another cluster'].join('\n'));
}

const IMAGES_THERE =
  'its nodes have to know ghcr.io/serin/serin:0.1.0 and :previous, and ghcr.io/serin/serin-loadtester:0.1.0';
const PLACES = Object.values(PLACE).join('|');
const GUEST: Demands = {
  own: new RegExp(`^(${PLACES})$`),
  needed: [
    { words: ['crd', 'traefikservices.traefik.io'], sentence: 'a rollout goes through TraefikServices' },
  ],
};
/** Here the suites leave Canaries behind where they are cut off, and begin by removing them. */
const HOST: Demands = { own: new RegExp(`^(${PLACES}|e2e-.*|takeover-.*|prod)$`), needed: [] };

async function loadImages(reach: Reach): Promise<void> {
  const before = 'npm run images -- --ref HEAD~1 --tag previous builds it';
  await reach.load('dist/images/serin.tar', 'npm run images builds it');
  await reach.load('dist/images/serin-loadtester.tar', 'npm run images builds it');
  await reach.load('dist/images/serin-previous.tar', before);
}

/** Definitions stay: other Canaries may be there. */
async function cleanUp(reach: Reach, wait: boolean): Promise<void> {
  for (const namespace of [PLACE.serin, PLACE.one]) {
    await reach.helm('uninstall', 'serin', '-n', namespace, '--ignore-not-found');
  }
  const patient = `--wait=${wait}`;
  await reach.kubectl('delete', 'namespace', ...Object.values(PLACE), '--ignore-not-found', patient);
  await reach.kubectl('delete', 'clusterrole,clusterrolebinding', '-l', OURS, '--ignore-not-found');
}

async function lastWords(reach: Reach): Promise<readonly string[]> {
  const words = ['logs', '--all-containers', '--prefix', '--tail=15', '-l', OURS];
  const places = [PLACE.serin, PLACE.one, PLACE.plain];
  const said = await Promise.all(
    places.map((namespace) => reach.kubectl('-n', namespace, ...words).catch(() => '')),
  );
  const canaries = await reach.kubectl('get', 'canaries', '-A').catch(() => '');
  return [...said, canaries].filter((text) => text !== '');
}
