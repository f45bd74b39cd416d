/** Ends the cluster, whole or half. What is kept for the next one are the images. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onNode } from './anchor.ts';
import { cgroupsLeft, removeCgroups } from './cgroups.ts';
import { CONTAINERD_SOCKET } from './node-config.ts';
import { state, STATE } from './paths.ts';
import { say, step } from './progress.ts';
import { isAlive, readRecord, type ClusterRecord } from './record.ts';
import { outcome, sleep } from './run.ts';
import { killProcess } from './start.ts';

/** Beside the images while they are known to be whole: containerd ended in order, and no container was left. */
const CLEAN = join(state.containerd, 'clean');

export async function down(): Promise<void> {
  if (readRecord() === undefined) say('no cluster is running here; removing what one may have left');
  await step('ending the cluster', tearDown);
}

/** From now on there may be containers, so that the images are only worth keeping after an orderly end. */
export function forgetCleanEnd(): void {
  rmSync(CLEAN, { force: true });
}

/** Ends every process of the recorded cluster, then removes what it wrote, except for images that can be reused. */
export async function tearDown(): Promise<void> {
  const record = readRecord();
  if (record !== undefined && isAlive(record.anchor)) {
    if (await containersRemoved(record)) writeFileSync(CLEAN, '');
    await killProcess(record.anchor);
  }
  await allGone();
  removeState();
}

/** Without a kubelet that starts them anew, removes all containers in order, and ends containerd in order. */
async function containersRemoved({ anchor, components }: ClusterRecord): Promise<boolean> {
  const { kubelet, containerd } = components;
  if (kubelet !== undefined) await killProcess(kubelet);
  if (containerd === undefined || !isAlive(containerd)) return false;
  const removed = await outcome(onNode(anchor, ['sh', '-c', REMOVE_CONTAINERS]));
  process.kill(containerd.pid, 'SIGTERM');
  for (let tries = 0; isAlive(containerd) && tries < 300; tries += 1) await sleep(10);
  return removed.code === 0 && !isAlive(containerd);
}

const REMOVE_CONTAINERS = `
ctr() { command ctr --address ${CONTAINERD_SOCKET} --namespace k8s.io "$@"; }
for task in $(ctr task ls -q); do ctr task rm --force "$task" & done
wait
for container in $(ctr container ls -q); do ctr container rm "$container" || true; done
[ -z "$(ctr container ls -q)" ]
`;

/** The namespaces' processes are ended by the kernel, a moment after the anchor. */
async function allGone(): Promise<void> {
  for (let tries = 0; cgroupsLeft().length > 0; tries += 1) {
    try {
      removeCgroups();
    } catch (error) {
      if (tries > 500) throw error;
      await sleep(20);
    }
  }
}

function removeState(): void {
  if (!existsSync(STATE)) return;
  const kept = existsSync(CLEAN) ? [state.containerd] : [];
  for (const name of readdirSync(STATE)) {
    const path = join(STATE, name);
    if (!kept.includes(path) && path !== state.lock) rmSync(path, { recursive: true, force: true });
  }
}
