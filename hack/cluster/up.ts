/** From nothing, or from whatever a killed `up` left, to a node that runs pods. */
import { mkdirSync } from 'node:fs';
import { bringAddOns } from './addons.ts';
import { startAnchor } from './anchor.ts';
import { buildAll, program } from './build.ts';
import { makeCgroups } from './cgroups.ts';
import { COMPONENTS } from './components.ts';
import { importRecipes, PAUSE_RECIPE } from './images.ts';
import { makeKeys } from './keys.ts';
import { untilAnswers } from './kubectl.ts';
import { forgetCleanEnd, tearDown } from './down.ts';
import { setUpNetwork } from './network.ts';
import { writeConfigs } from './node-config.ts';
import { state } from './paths.ts';
import { ADD_ONS, CORE, PAUSE } from './pins.ts';
import { say, seconds, step } from './progress.ts';
import {
  bootId,
  changeRecord,
  isAlive,
  readRecord,
  writeRecord,
  type ClusterRecord,
  type ProcessRecord,
} from './record.ts';
import { startComponent } from './start.ts';

export interface UpOptions {
  /** Leave out DNS, router, metrics and the example application. */
  readonly bare: boolean;
}

/** Builds what is missing, then starts what is not running. */
export async function up(options: UpOptions): Promise<void> {
  await buildAll(options.bare ? CORE : [...CORE, ...ADD_ONS]);
  const began = performance.now();
  const anchor = await runningOrStarted();
  if (!options.bare) await bringAddOns(anchor);
  say(`the cluster is up, in ${seconds(performance.now() - began)}`);
}

/** A cluster that came up once is mended; one that did not is started from the beginning. */
async function runningOrStarted(): Promise<ProcessRecord> {
  const record = readRecord();
  if (record?.complete === true && isAlive(record.anchor)) {
    await startMissing(record);
    return record.anchor;
  }
  await tearDown();
  return startCluster();
}

async function startMissing({ anchor, components }: ClusterRecord): Promise<void> {
  for (const name of COMPONENTS) {
    const found = components[name];
    if (found !== undefined && isAlive(found)) continue;
    await step(`starting ${name} again`, () => startComponent(anchor, name));
  }
}

async function startCluster(): Promise<ProcessRecord> {
  const anchor = await step('starting the control plane', startControlPlane);
  await step('starting the node', () => startNode(anchor));
  changeRecord((record) => ({ ...record, complete: true }));
  return anchor;
}

async function startControlPlane(): Promise<ProcessRecord> {
  for (const folder of [state.etcd, state.kubelet, state.containerd]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  forgetCleanEnd();
  await makeKeys();
  writeConfigs();
  makeCgroups();
  const anchor = await startAnchor(program(PAUSE, 'pause'), (found) =>
    writeRecord({ boot: bootId(), anchor: found, components: {}, complete: false, addOns: false }),
  );
  await setUpNetwork(anchor);
  // Those that need the API server ask until it answers, so that nobody has to be waited for in turn.
  for (const component of ['etcd', 'containerd', 'kube-apiserver'] as const) {
    await startComponent(anchor, component);
  }
  await untilAnswers(anchor, ['get', '--raw', '/readyz'], (answer) => answer === 'ok');
  return anchor;
}

async function startNode(anchor: ProcessRecord): Promise<void> {
  const rest = COMPONENTS.filter((name) => readRecord()?.components[name] === undefined);
  for (const component of rest) await startComponent(anchor, component);
  await importRecipes(anchor, [PAUSE_RECIPE]);
  const ready = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
  await untilAnswers(anchor, ['get', 'nodes', '-o', `jsonpath=${ready}`], (answer) => answer === 'True');
  // Pods are refused until the account that every pod runs under exists.
  await untilAnswers(anchor, ['get', 'serviceaccount', 'default'], () => true);
}
