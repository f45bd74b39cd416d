/** Starts and ends single components inside a running cluster. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { commandOf, logFile, type Component } from './components.ts';
import { state } from './paths.ts';
import { changeRecord, isAlive, processOf, signal, type ProcessRecord } from './record.ts';
import { sleep } from './run.ts';

/**
 * Enters the process namespace first and the node's files afterwards: in between, `/proc` still is the machine's, and
 * tells the pid by which the machine knows this process. It keeps that pid when it becomes the component.
 */
const ENTERING = `
read -r pid rest < /proc/self/stat
echo "$pid" >&3
exec 3>&-
exec nsenter --mount="$0" -- "$@"
`;

/** Starts a component and records it; its log goes on where an earlier one ended. */
export async function startComponent(anchor: ProcessRecord, component: Component): Promise<ProcessRecord> {
  mkdirSync(state.logs, { recursive: true });
  const log = openSync(logFile(component), 'a');
  const { pid: at } = anchor;
  const namespaces = [`--net=/proc/${at}/ns/net`, `--pid=/proc/${at}/ns/pid_for_children`];
  const entering = ['sh', '-c', ENTERING, `/proc/${at}/ns/mnt`, ...commandOf(component)];
  const entrance = spawn('nsenter', [...namespaces, '--', ...entering], {
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
    cwd: '/',
    // Nothing of the caller's surroundings reaches the cluster, only where programs are found.
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: '/root' },
  });
  closeSync(log);
  const pipe = entrance.stdio[3] as Readable;
  const record = processOf(await pidFrom(pipe));
  pipe.destroy();
  // Only the way in is ended; the component now belongs to the anchor.
  entrance.kill('SIGKILL');
  if (record === undefined) throw new Error(`${component} ended at once; its log is ${logFile(component)}`);
  changeRecord((cluster) => ({
    ...cluster,
    components: { ...cluster.components, [component]: record },
  }));
  return record;
}

/** The line it wrote; the pipe itself stays open as long as the way in does. */
function pidFrom(stream: Readable): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.endsWith('\n')) resolve(Number(text));
    });
    stream.once('close', () => resolve(0));
  });
}

/** Sends SIGKILL and waits until the process is gone. */
export async function killProcess(record: ProcessRecord): Promise<void> {
  signal(record, 'SIGKILL');
  while (isAlive(record)) await sleep(10);
}
