/** The search for what a cluster may have left: proof that there is nothing. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cgroupsLeft } from './cgroups.ts';
import { NODE_ADDRESS, POD_RANGE } from './network.ts';
import { STATE } from './paths.ts';
import type { ProcessRecord } from './record.ts';
import { outcome } from './run.ts';

/** Processes, mounts, control groups and interfaces of a cluster, in words. The images it keeps are meant to stay. */
export async function leftovers(): Promise<readonly string[]> {
  return [
    ...processesLeft().map((text) => `process ${text}`),
    ...mountsLeft().map((path) => `mount ${path}`),
    ...cgroupsLeft().map((path) => `control group ${path}`),
    ...interfacesLeft().map((name) => `interface ${name}`),
    ...(await rulesLeft()).map((rule) => `firewall rule ${rule}`),
  ];
}

/** By what they have on their command line: our state folder. */
function processesLeft(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(STATE))
    .map((pid) => `${pid} ${commandLine(pid).slice(0, 100)}`);
}

/** The words of a process's command line; empty where it is gone. */
export function commandLine(pid: string): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function mountsLeft(): readonly string[] {
  return textOf('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(STATE) || path.startsWith('/run/netns/cni-'));
}

function interfacesLeft(): readonly string[] {
  const ours = /^(node0|node0-port|node0-end|pods0)$/;
  return existsSync('/sys/class/net') ? readdirSync('/sys/class/net').filter((name) => ours.test(name)) : [];
}

/** Rules for our addresses, in the machine's own tables. */
async function rulesLeft(): Promise<readonly string[]> {
  const { stdout } = await outcome(['iptables-save']);
  return stdout.split('\n').filter((line) => line.includes(POD_RANGE) || line.includes(NODE_ADDRESS));
}

/** The namespaces of a cluster, by the names that `/proc/PID/ns` has for them; undefined where it has ended. */
export interface Namespaces {
  readonly processes: string | undefined;
  readonly network: string | undefined;
}

export function namespacesOf({ pid }: ProcessRecord): Namespaces {
  return {
    processes: linkOf(`/proc/${pid}/ns/pid_for_children`),
    network: linkOf(`/proc/${pid}/ns/net`),
  };
}

/** The pids of those that live in one of these namespaces. */
export function inhabitants({ processes, network }: Namespaces): readonly string[] {
  const lives = (pid: string, kind: string, namespace: string | undefined): boolean =>
    namespace !== undefined && linkOf(`/proc/${pid}/ns/${kind}`) === namespace;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => lives(pid, 'pid', processes) || lives(pid, 'net', network));
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
