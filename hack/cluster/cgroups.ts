/** The control groups above the pods: one folder of ours in every hierarchy, whichever version of them there is. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CGROUP } from './node-config.ts';

const ROOT = '/sys/fs/cgroup';

/** Ours in each hierarchy: version 2 has one for everything, version 1 one for each controller. */
function ours(): readonly string[] {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) return [join(ROOT, CGROUP)];
  return readdirSync(ROOT).map((name) => join(ROOT, name, CGROUP));
}

export function makeCgroups(): void {
  for (const folder of ours()) {
    mkdirSync(folder, { recursive: true });
    inheritCpus(folder);
    delegate(folder);
    favour(folder);
  }
}

/**
 * Processes outside of any group weigh as much as all pods together would, each of them. With these pods get their
 * turn beside twenty such, and a busy machine does not look like an application that answers late.
 */
const FAVOURED = { 'cpu.shares': 20_480, 'cpu.weight': 2_000 } as const;

/** Version 1 has shares, of usually 1024, version 2 a weight, of usually 100. */
function favour(folder: string): void {
  for (const [name, value] of Object.entries(FAVOURED)) {
    const file = join(folder, name);
    if (existsSync(file)) writeFileSync(file, String(value));
  }
}

/** In version 1 a new cpuset has no processors, and nothing can run in it until it is given some. */
function inheritCpus(folder: string): void {
  for (const name of ['cpuset.mems', 'cpuset.cpus']) {
    const file = join(folder, name);
    if (existsSync(file)) writeFileSync(file, readFileSync(join(folder, '..', name), 'utf8').trim());
  }
}

/** In version 2 a controller counts in a group only where the group above allows it. */
function delegate(folder: string): void {
  const controllers = join(folder, 'cgroup.controllers');
  if (!existsSync(controllers)) return;
  for (const above of [join(folder, '..'), folder]) {
    const wanted = readFileSync(join(above, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
    for (const name of wanted.filter((word) => word !== '')) {
      writeFileSync(join(above, 'cgroup.subtree_control'), `+${name}`);
    }
  }
}

/** The folders that are there. */
export function cgroupsLeft(): readonly string[] {
  return ours().filter((folder) => existsSync(folder));
}

/** Removes them from the innermost outwards; possible once their processes are gone. */
export function removeCgroups(): void {
  for (const folder of cgroupsLeft()) removeTree(folder);
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  rmdirSync(folder);
}
