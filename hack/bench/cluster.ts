/**
 * The cluster of the benchmarks, a process of its own, so that what the controller takes is not mixed with what the
 * cluster takes. It changes what people change, and takes the times where both ends of a reaction are seen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import {
  manifests,
  namespaceManifest,
  nameOf,
  namespaceOf,
  populate,
  PROTOTYPE,
  STEPPER,
  STEPS,
} from './apps.ts';
import { ECHO, type Answer, type Request, type Weighed } from './protocol.ts';

type Stored = ReturnType<Sandbox['store']['list']>[number];
interface Name {
  readonly namespace: string;
  readonly name: string;
}

const CANARIES = 'canaries.flagger.app';
const DEPLOYMENTS = 'deployments.apps';
const DEFINITIONS = join(import.meta.dirname, '../../crds');
const PATIENCE = 60_000;

const sandbox = await startSandbox();
let revision = 0;

process.on('message', (request: Request) => {
  answerTo(request)
    .catch((error: unknown): Answer => ({ kind: 'failed', detail: String(error) }))
    .then((answer) => process.send?.(answer))
    .catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));

async function answerTo(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'begin':
      return begin();
    case 'initialized':
      await Promise.all([prototype(), stepper()].map((name) => until(name, inPhase('Initialized'))));
      return { kind: 'done' };
    case 'populate':
      populate(sandbox, request.from, request.to);
      return { kind: 'done' };
    case 'counts':
      return { kind: 'counts', counts: sandbox.requests().counts };
    case 'react':
      return { kind: 'milliseconds', each: await reactions(request.indexes, request.pause) };
    case 'step':
      return { kind: 'weights', weights: await steps() };
    case 'echo':
      return { kind: 'milliseconds', each: await echoes(request.times, request.pause) };
  }
}

function begin(): Answer {
  for (const [kind, plural] of [
    ['VirtualService', 'virtualservices'],
    ['DestinationRule', 'destinationrules'],
  ] as const) {
    sandbox.registerKind({
      group: 'networking.istio.io',
      version: 'v1beta1',
      kind,
      plural,
      namespaced: true,
    });
  }
  for (const file of readdirSync(DEFINITIONS)) {
    if (file.endsWith('.yaml')) sandbox.applyYaml(readFileSync(join(DEFINITIONS, file), 'utf8'));
  }
  sandbox.applyYaml(namespaceManifest(prototype().namespace));
  sandbox.applyYaml(manifests(prototype().namespace, prototype().name));
  sandbox.applyYaml(manifests(stepper().namespace, stepper().name, STEPS));
  for (const name of [ECHO.call, ECHO.answer]) {
    const metadata = { name, namespace: ECHO.namespace };
    sandbox.applyYaml(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { time: '' } }));
  }
  return {
    kind: 'kubeconfig',
    text: sandbox.kubeconfig(),
    url: sandbox.url,
    token: sandbox.token,
    ca: sandbox.ca,
  };
}

function prototype(): Name {
  return { namespace: namespaceOf(PROTOTYPE), name: nameOf(PROTOTYPE) };
}

function stepper(): Name {
  return { namespace: namespaceOf(PROTOTYPE), name: STEPPER };
}

/** Where a phase or a weight stands in a Canary. */
function statusOf(canary: Stored): { readonly phase?: unknown; readonly canaryWeight?: unknown } {
  return canary['status'] ?? {};
}

function inPhase(phase: string): (canary: Stored) => boolean {
  return (canary) => statusOf(canary).phase === phase;
}

/** Resolves when the Canary is as wanted; rejects after a minute. */
function until({ namespace, name }: Name, wanted: (canary: Stored) => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      stop();
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`${namespace}/${name} was not as wanted within ${PATIENCE / 1_000} s`));
    }, PATIENCE);
    const see = (canary: Stored | undefined): void => {
      if (canary === undefined || !wanted(canary)) return;
      end();
      resolve(performance.now());
    };
    const stop = sandbox.store.subscribe(CANARIES, ({ object }) => {
      if (object.metadata.name === name && object.metadata.namespace === namespace) see(object);
    });
    see(sandbox.store.get(CANARIES, { namespace, name }));
  });
}

/** What a developer does: another image. */
function push({ namespace, name }: Name): void {
  const { store } = sandbox;
  const target = store.get(DEPLOYMENTS, { namespace, name });
  if (target === undefined) throw new Error(`there is no Deployment ${namespace}/${name}`);
  revision += 1;
  const text = JSON.stringify(target).replaceAll(/podinfo:[\w.-]+/g, `podinfo:6.0.${revision}`);
  store.update(DEPLOYMENTS, JSON.parse(text) as Stored);
}

function pass(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span));
}

async function reactions(indexes: readonly number[], pause: number): Promise<readonly number[]> {
  const each: Promise<number>[] = [];
  for (const index of indexes) {
    const name = { namespace: namespaceOf(index), name: nameOf(index) };
    const from = performance.now();
    push(name);
    each.push(until(name, inPhase('Progressing')).then((at) => at - from));
    await pass(pause);
  }
  return Promise.all(each);
}

async function steps(): Promise<readonly Weighed[]> {
  const weights: Weighed[] = [];
  push(stepper());
  await until(stepper(), (canary) => {
    const weight = Number(statusOf(canary).canaryWeight ?? 0);
    if (weight > (weights.at(-1)?.weight ?? 0)) weights.push({ weight, counts: sandbox.requests().counts });
    return weight === STEPS['maxWeight'];
  });
  return weights;
}

async function echoes(times: number, pause: number): Promise<readonly number[]> {
  const { store } = sandbox;
  const each: number[] = [];
  let from = 0;
  const stop = store.subscribe('configmaps', ({ object, type }) => {
    if (object.metadata.name === ECHO.answer && type === 'MODIFIED') each.push(performance.now() - from);
  });
  for (let time = 0; time < times; time += 1) {
    from = performance.now();
    const call = store.get('configmaps', { namespace: ECHO.namespace, name: ECHO.call });
    if (call !== undefined) store.update('configmaps', { ...call, data: { time: String(time) } });
    await pass(pause);
  }
  stop();
  return each;
}
