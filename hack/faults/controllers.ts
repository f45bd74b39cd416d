/** The controller's processes on this machine: who leads, who stands by, and how they are killed. */
import { readdirSync, readFileSync } from 'node:fs';
import { LEASE_NAME } from '../../src/adapters/kubernetes/lease.ts';
import { pathOf } from '../../src/adapters/kubernetes/resources.ts';
import { textAt, valueAt } from '../../test/e2e/harness/look.ts';
import type { Cluster } from '../../test/e2e/suite/cluster.ts';
import { KINDS } from '../../test/e2e/suite/kinds.ts';
import { PLACE } from '../../test/e2e/suite/place.ts';
import { killProcess } from '../cluster/start.ts';
import { processOf, type ProcessRecord } from '../cluster/record.ts';

/** The program in the controller's image. */
const PROGRAM = 'dist/main.js';
const PATIENCE = 120_000;

export interface Controller {
  readonly pod: string;
  readonly process: ProcessRecord;
  readonly restarts: number;
}

/** A process that leads no more, because of what was done to it at `at`, in milliseconds since 1970. */
export interface Former {
  readonly process: ProcessRecord;
  readonly at: number;
}

export class Controllers {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * Resolves with the one that leads, once it is not `former`. The next program in a pod has the name in the lease that
   * the last one had: only a renewal shows that it leads.
   */
  leader(former?: Former): Promise<Controller> {
    return this.#cluster.eventually(
      'a controller leads',
      async () => {
        const lease = await this.#cluster.read('Lease', { namespace: PLACE.serin, name: LEASE_NAME });
        const holder = textAt(lease, 'spec', 'holderIdentity');
        const renewed = Date.parse(textAt(lease, 'spec', 'renewTime'));
        const found = (await this.running()).find(({ pod }) => holder.includes(pod));
        if (former === undefined) return found;
        return isSame(found?.process, former.process) || renewed <= former.at ? undefined : found;
      },
      { within: PATIENCE },
    );
  }

  /** Those whose process runs at this moment. */
  async running(): Promise<readonly Controller[]> {
    const pods = await this.#cluster.readAll('Pod', PLACE.serin);
    return pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap((pod) => {
        const found = processIn(textAt(pod, 'metadata', 'uid'));
        const restarts = Number(valueAt(pod, 'status', 'containerStatuses', 0, 'restartCount') ?? 0);
        return found === undefined ? [] : [{ pod: pod.metadata.name, process: found, restarts }];
      });
  }

  /**
   * Without a warning. The node starts the program again at once, the first time; later it would wait longer and longer,
   * so then the pod goes too, and the Deployment makes another.
   */
  async kill({ process, pod, restarts }: Controller): Promise<void> {
    await killProcess(process);
    if (restarts > 0) await this.#replace(pod);
  }

  /** Resolves when as many are ready as the Deployment asks for, and none of them was ever started again. */
  async refresh(): Promise<void> {
    for (const { pod, restarts } of await this.running()) if (restarts > 0) await this.#replace(pod);
    await this.#cluster.eventually('the controllers are ready', () => this.#complete(), { within: PATIENCE });
    await this.leader();
  }

  async #complete(): Promise<boolean> {
    const deployment = await this.#cluster.read('Deployment', { namespace: PLACE.serin, name: 'serin' });
    return valueAt(deployment, 'status', 'readyReplicas') === valueAt(deployment, 'spec', 'replicas');
  }

  async #replace(pod: string): Promise<void> {
    const path = pathOf(KINDS.Pod, { namespace: PLACE.serin, name: pod });
    await this.#cluster.raw({ verb: 'delete', resource: 'pods', path, query: { gracePeriodSeconds: '0' } });
  }
}

export function isSame(one: ProcessRecord | undefined, other: ProcessRecord): boolean {
  return one?.pid === other.pid && one.began === other.began;
}

/** The controller of a pod, by the name of its control group. */
function processIn(uid: string): ProcessRecord | undefined {
  const pid = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && textOf(`/proc/${name}/cgroup`).includes(uid) && runs(name),
  );
  return pid === undefined ? undefined : processOf(Number(pid));
}

function runs(pid: string): boolean {
  return textOf(`/proc/${pid}/cmdline`).split('\0').includes(PROGRAM);
}

/** '' for a process that is gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
