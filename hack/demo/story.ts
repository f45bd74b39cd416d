/** What happens on the stage: an installation, a good revision, a bad one; and how each of them ended. */
import { deploymentOf, positionOf, type Names } from './cluster-view.ts';
import { readManifest, shortened } from './manifests.ts';
import { seconds } from './board.ts';
import type { Stage } from './stage.ts';

export interface Chapter {
  readonly title: string;
  readonly right: boolean;
  readonly outcome: string;
}

export interface Telling {
  readonly stage: Stage;
  readonly asWritten: boolean;
  /** A line for the reader. */
  readonly say: (line: string) => void;
  /** The service can be reached from now on. */
  readonly onOpen: () => void;
  readonly signal: AbortSignal;
}

export const CANARY: Names = { namespace: 'prod', name: 'podinfo' };
const PRIMARY: Names = { namespace: 'prod', name: 'podinfo-primary' };
const GOOD = 'ghcr.io/stefanprodan/podinfo:6.0.1';
const BAD = 'ghcr.io/stefanprodan/podinfo:6.0.2';

const LOOK_EVERY = 50;
/** Ends of phases that take two steps of a few seconds each, with room for a slow machine. */
const SHORT = 60_000;
/** The file as written: twenty steps of 10 s, and the same again for halts and promotion. */
const LONG = 600_000;

/** Applies the manifests and waits until the controller has taken the workload over. */
export async function install({ stage, asWritten, say, onOpen, signal }: Telling): Promise<Chapter> {
  const began = Date.now();
  await stage.user.apply(await readManifest('namespace'));
  await stage.user.apply(await readManifest('deployment'));
  say('applied hack/demo/manifests/deployment.yaml: podinfo 6.0.0, two pods');
  await stage.startController();
  await until(() => stage.user.serves('flagger.app/v1alpha3'), SHORT, signal);
  const canary = await readManifest('canary');
  const { text, changes } = shortened(canary);
  await stage.user.apply(asWritten ? canary : text);
  say(
    asWritten
      ? 'applied hack/demo/manifests/canary.yaml as it is'
      : `applied hack/demo/manifests/canary.yaml with two values changed, to be short: ${changes.join(', ')}`,
  );
  const right = await until(() => phase(stage) === 'Initialized', asWritten ? LONG : SHORT, signal);
  await stage.metrics.sampling;
  onOpen();
  const outcome = right ? `took over podinfo in ${seconds(Date.now() - began)}` : stuck(stage);
  return { title: 'installation', right, outcome };
}

/** A revision that works: it must be promoted. */
export async function releaseGood({ stage, asWritten, say, signal }: Telling): Promise<Chapter> {
  const began = Date.now();
  say(`$ kubectl -n prod set image deployment/podinfo podinfod=${GOOD}`);
  await stage.user.patchDeployment('prod', 'podinfo', await readManifest('good-revision'));
  const promoted = (): boolean =>
    phase(stage) === 'Succeeded' &&
    deploymentOf(PRIMARY, stage.view)?.image === GOOD &&
    deploymentOf(CANARY, stage.view)?.replicas === 0;
  const right = await until(promoted, asWritten ? LONG : SHORT, signal);
  const outcome = right
    ? `promoted in ${seconds(Date.now() - began)}; the primary runs ${GOOD}`
    : stuck(stage);
  return { title: 'good revision 6.0.1', right, outcome };
}

/** A revision that fails one request in three: it must be rolled back, and the primary must not have it. */
export async function releaseBad({ stage, asWritten, say, signal }: Telling): Promise<Chapter> {
  const began = Date.now();
  say('$ kubectl -n prod patch deployment/podinfo --patch-file hack/demo/manifests/bad-revision.yaml');
  await stage.user.patchDeployment('prod', 'podinfo', await readManifest('bad-revision'));
  const ended = (): boolean =>
    phase(stage) === 'Failed' && deploymentOf(CANARY, stage.view)?.replicas === 0 && weight(stage) === 0;
  const primary = (): string | undefined => deploymentOf(PRIMARY, stage.view)?.image;
  await until(() => ended() || primary() === BAD, asWritten ? LONG : SHORT, signal);
  const kept = primary();
  const right = ended() && kept === GOOD;
  const outcome = right
    ? `rolled back in ${seconds(Date.now() - began)}; the primary still runs ${GOOD}`
    : `${stuck(stage)}; the primary runs ${kept ?? 'nothing'}, not to be ${BAD}`;
  return { title: 'bad revision 6.0.2', right, outcome };
}

function phase(stage: Stage): string {
  return positionOf(CANARY, stage.view, '').phase;
}

function weight(stage: Stage): number {
  return positionOf(CANARY, stage.view, '').weight;
}

function stuck(stage: Stage): string {
  const {
    phase: where,
    weight: share,
    waitingFor,
  } = positionOf(CANARY, stage.view, stage.waitingFor('podinfo.prod'));
  return `not so: phase ${where === '' ? '(none)' : where}, weight ${share}%, waiting for ${waitingFor === '' ? '(unknown)' : waitingFor}`;
}

/** Whether the condition came true in time; throws when the signal aborts. */
async function until(
  condition: () => boolean | Promise<boolean>,
  limit: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    signal.throwIfAborted();
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return true;
}
