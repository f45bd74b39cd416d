/** What can be done to a running cluster's parts, by name: for suites that look at how others bear it. */
import { COMPONENTS, type Component } from './components.ts';
import { kubectlCommand, runningAnchor, untilAnswers } from './kubectl.ts';
import { isAlive, readRecord, signal, type ProcessRecord } from './record.ts';
import { outcome, sleep } from './run.ts';
import { killProcess, startComponent } from './start.ts';

export const FAULTS = ['kill', 'start', 'restart', 'pause', 'resume'] as const;
export type Fault = (typeof FAULTS)[number];

export function isFault(word: string): word is Fault {
  return FAULTS.some((fault) => fault === word);
}

/** Does it and returns once it is done; `start` and `restart` wait until the component answers. */
export async function inflict(fault: Fault, component: Component): Promise<void> {
  switch (fault) {
    case 'kill':
      return killProcess(processOf(component));
    case 'start':
      return start(component);
    case 'restart':
      await killProcess(processOf(component));
      return start(component);
    case 'pause':
      return send(component, 'SIGSTOP');
    case 'resume':
      return send(component, 'SIGCONT');
  }
}

/** Starts a component that has ended, with the data it left on disk; nothing where it runs. */
async function start(component: Component): Promise<void> {
  if (isAlive(processOf(component))) return;
  await startComponent(runningAnchor(), component);
  await untilUseful(component);
}

/** With etcd or the API server gone, the API server's own readiness tells when they are back. */
async function untilUseful(component: Component): Promise<void> {
  const anchor = runningAnchor();
  if (component === 'etcd' || component === 'kube-apiserver') {
    await untilAnswers(anchor, ['get', '--raw', '/readyz'], (answer) => answer === 'ok');
    return;
  }
  // The others serve nobody directly: it is enough that they do not end at once.
  await sleep(500);
  if (!isAlive(processOf(component))) throw new Error(`${component} ended right after its start`);
}

/** The process of a component, to be signalled by its pid. @throws where the cluster has none */
export function processOf(component: Component): ProcessRecord {
  const found = readRecord()?.components[component];
  if (found === undefined) throw new Error(`no cluster is running here that has a ${component}`);
  return found;
}

function send(component: Component, name: NodeJS.Signals): void {
  if (!signal(processOf(component), name)) throw new Error(`${component} is not running`);
}

/** The components and whether each runs. */
export function health(): readonly { readonly component: Component; readonly running: boolean }[] {
  const components = readRecord()?.components ?? {};
  return COMPONENTS.map((component) => {
    const found = components[component];
    return { component, running: found !== undefined && isAlive(found) };
  });
}

/** Whether the API server answers within a second. */
export async function apiAnswers(): Promise<boolean> {
  const args = ['get', '--raw', '/readyz', '--request-timeout=1s'];
  return (await outcome(kubectlCommand(runningAnchor(), args))).code === 0;
}
