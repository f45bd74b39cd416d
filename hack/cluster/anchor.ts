/**
 * The one process the cluster hangs on. It holds a network, a mount and a process namespace of its own, and every
 * part of the cluster lives in them: when it ends, so does every process, and with the last of them every mount,
 * interface and iptables rule. Nothing outside is touched, so there is nothing outside to clean up.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { state } from './paths.ts';
import { processOf, type ProcessRecord } from './record.ts';
import { run } from './run.ts';

/**
 * What the anchor does first. It goes on only when told to, after it has been recorded: if `up` is killed in between,
 * its end of the pipe closes and the anchor ends too.
 */
const BEGINNING = `
mount -t proc proc /proc
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$1" /var/lib
mount --bind "$2" /var/log
echo ready
read -r go && [ "$go" = go ] && exec "$3" <&- >&- 2>&-
`;

/** Starts the anchor, lets `record` write it down, then sets it free. @throws with what it complained of */
export async function startAnchor(
  pause: string,
  record: (anchor: ProcessRecord) => void,
): Promise<ProcessRecord> {
  for (const folder of [state.varLib, state.varLog]) mkdirSync(folder, { recursive: true });
  const namespaces = ['--net', '--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child'];
  const script = ['sh', '-ec', BEGINNING, 'anchor', state.varLib, state.varLog, pause];
  const child = spawn('unshare', [...namespaces, ...script], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (complaint += part));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () =>
      reject(new Error(`the cluster's namespaces cannot be made: ${complaint.trim()}`)),
    );
    child.stdout.once('data', () => resolve());
  });
  child.removeAllListeners('exit');
  const anchor = processOf(child.pid ?? 0);
  if (anchor === undefined) throw new Error('the process that holds the namespaces ended at once');
  record(anchor);
  child.stdin.end('go\n');
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  child.unref();
  return anchor;
}

/** A command line that runs in the cluster's network, under the caller's own pid and files. */
export function inNetwork(anchor: ProcessRecord, command: readonly string[]): readonly string[] {
  return ['nsenter', `--net=/proc/${anchor.pid}/ns/net`, '--', ...command];
}

/** A command line that runs on the node: in its network, with its files, among its processes. */
export function onNode({ pid }: ProcessRecord, command: readonly string[]): readonly string[] {
  const namespaces = { net: 'net', mount: 'mnt', pid: 'pid_for_children' };
  const entered = Object.entries(namespaces).map(([flag, file]) => `--${flag}=/proc/${pid}/ns/${file}`);
  return ['nsenter', ...entered, '--', ...command];
}

export function runOnNode(anchor: ProcessRecord, command: readonly string[]): Promise<string> {
  return run(onNode(anchor, command));
}
