/** How the cluster is, and proof that none is: what a search of the machine finds of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cgroupsLeft } from './cgroups.ts';
import { apiAnswers, health } from './faults.ts';
import { STATE } from './paths.ts';
import { isAlive, readRecord } from './record.ts';

/** Prints it; the exit status says up (0), down (3) or neither (1). */
export async function status(): Promise<number> {
  const record = readRecord();
  if (record === undefined || !isAlive(record.anchor)) return tellLeftovers();
  const parts = health();
  for (const { component, running } of parts)
    console.log(`${component.padEnd(24)}${running ? 'running' : 'ended'}`);
  const answers = record.complete && (await apiAnswers());
  console.log(`${'API server answers'.padEnd(24)}${answers ? 'yes' : 'no'}`);
  console.log(`${'add-ons'.padEnd(24)}${record.addOns ? 'applied' : 'not applied'}`);
  return answers && parts.every(({ running }) => running) ? 0 : 1;
}

function tellLeftovers(): number {
  const found = leftovers();
  if (found.length === 0) console.log('no cluster is running, and nothing is left of one');
  else console.log(`no cluster is running, but there is left of one:\n${found.join('\n')}`);
  return found.length === 0 ? 3 : 1;
}

/** Processes, mounts, control groups and interfaces of a cluster, in words. The images it keeps are meant to stay. */
export function leftovers(): readonly string[] {
  return [
    ...processesLeft().map((text) => `process ${text}`),
    ...mountsLeft().map((path) => `mount ${path}`),
    ...cgroupsLeft().map((path) => `control group ${path}`),
    ...interfacesLeft().map((name) => `interface ${name}`),
  ];
}

/** By what they have on their command line: our state folder, or a containerd of ours. */
function processesLeft(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command.includes(STATE))
    .map(({ pid, command }) => `${pid} ${command.slice(0, 100)}`);
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

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
