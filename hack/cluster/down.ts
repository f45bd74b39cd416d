/** Ends the cluster, whole or half. What is kept for the next one are the images. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onNode } from './anchor.ts';
import { removeCgroups } from './cgroups.ts';
import { commandLine, inhabitants, leftovers, namespacesOf } from './leftovers.ts';
import { CONTAINERD_SOCKET } from './node-config.ts';
import { state, STATE } from './paths.ts';
import { say, step } from './progress.ts';
import { isAlive, readRecord, type ClusterRecord } from './record.ts';
import { outcome, sleep } from './run.ts';
import { killProcess } from './start.ts';

/** Beside the images while they are known to be whole: containerd ended in order, and no container was left. */
const CLEAN = join(state.containerd, 'clean');

const NOWHERE = { network: undefined };

export async function down(): Promise<void> {
  const record = readRecord();
  if (record === undefined) say('no cluster is running here; removing what one may have left');
  const { network } = record === undefined ? NOWHERE : namespacesOf(record.anchor);
  await step('ending the cluster', tearDown);
  // Others that were started inside keep its network for as long as they run; they are not ours to end.
  const guests = inhabitants({ processes: undefined, network });
  const left = [
    ...guests.map((pid) => `process ${pid}, started inside its network: ${commandLine(pid).slice(0, 100)}`),
    ...(await leftovers()),
  ];
  if (left.length > 0) throw new Error(`this is left of it:\n${left.join('\n')}`);
  say('no process, mount, control group, interface or firewall rule is left of it');
}

/** From now on there may be containers, so that the images are only worth keeping after an orderly end. */
export function forgetCleanEnd(): void {
  rmSync(CLEAN, { force: true });
}

/** Ends every process of the recorded cluster, then removes what it wrote, except for images that can be reused. */
export async function tearDown(): Promise<void> {
  const record = readRecord();
  if (record !== undefined && isAlive(record.anchor)) {
    const { processes } = namespacesOf(record.anchor);
    if (await containersRemoved(record)) writeFileSync(CLEAN, '');
    await killProcess(record.anchor);
    await eventually(() => inhabitants({ processes, network: undefined }).length === 0);
  }
  await eventually(groupsRemoved);
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

/** Whatever lived in the namespaces is ended by the kernel, a moment after the anchor. */
async function eventually(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries += 1) {
    if (tries > 500) throw new Error('the processes of the cluster do not end');
    await sleep(20);
  }
}

function groupsRemoved(): boolean {
  try {
    removeCgroups();
    return true;
  } catch {
    // A group with a process in it is busy.
    return false;
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
