/** The faults, each as it is done to a running cluster and undone again. */
import assert from 'node:assert/strict';
import { valueAt } from '../../test/e2e/harness/look.ts';
import { pause } from '../../test/e2e/suite/act.ts';
import { PLACE } from '../../test/e2e/suite/place.ts';
import type { Component } from '../cluster/components.ts';
import { inflict, type Fault as Verb } from '../cluster/faults.ts';
import { locked } from '../cluster/lock.ts';
import { signal } from '../cluster/record.ts';
import { isSame, type Controller, type Former } from './controllers.ts';
import { hookPath, type Lane, type LaneName } from './lanes.ts';
import type { Loan } from './loans.ts';
import { killsOf, momentWithin } from './moments.ts';
import type { Scene } from './scene.ts';
import type { Expectation } from './verdict.ts';
import { writesIn, writtenBetween } from './writes.ts';

export interface Fault {
  readonly name: string;
  readonly title: string;
  readonly lanes: readonly LaneName[];
  /** Releases go on until it is over; otherwise there is one of each lane. */
  readonly repeats: boolean;
  expect(lane: LaneName): Expectation;
  inflict(scene: Scene, rollouts: Rollouts): Promise<void>;
}

export interface Rollouts {
  readonly lanes: readonly Lane[];
  /** Resolves when all of them rest. */
  readonly ended: Promise<unknown>;
}

const EVERYBODY = ['steps', 'tester-wait', 'hook-wait', 'refused'] as const;
const KILLS = 20;
/** Milliseconds, the most that a controller leads before it is killed, and that a rollout is under way before a fault. */
const LONGEST_LIFE = 2_500;
const LATEST = 6_000;
/** How long things stay away. */
const AWAY = { server: 4_000, kubelet: 20_000, prometheus: 120_000, evidence: 15_000 };
const PATIENCE = { within: 180_000 };

/** Without it no pod starts or ends. */
export const NODE = component('pause', 'resume', 'kubelet');

export const FAULTS: readonly Fault[] = [
  onEverybody(
    'controller-killed',
    `SIGKILL of the controller at ${KILLS} random moments`,
    killControllers,
    true,
  ),
  onEverybody('apiserver-killed', 'SIGKILL of kube-apiserver, started again', (scene, rollouts) =>
    atSomeMoment(scene, rollouts, component('kill', 'start', 'kube-apiserver'), AWAY.server),
  ),
  onEverybody('etcd-killed', 'SIGKILL of etcd, started again from its disk', (scene, rollouts) =>
    atSomeMoment(scene, rollouts, component('kill', 'start', 'etcd'), AWAY.server),
  ),
  onEverybody('kubelet-paused', "the node's kubelet stopped for 20 s", (scene, rollouts) =>
    atSomeMoment(scene, rollouts, NODE, AWAY.kubelet),
  ),
  onEverybody(
    'leader-stopped',
    'SIGSTOP of the leader, another takes over, SIGCONT when all rest',
    stopLeader,
  ),
  onEverybody('leader-resumed', 'SIGSTOP of the leader, another takes over, SIGCONT at once', resumeLeader),
  evidence(
    'prometheus-gone',
    'Prometheus away for two minutes',
    ['steps', 'prometheus-fail'],
    prometheusGone,
  ),
  evidence('tester-gone', 'the load tester away', ['tester-wait', 'tester-fail'], testerGone),
  evidence('hook-hangs', 'a webhook that does not answer', ['hook-wait', 'hook-fail'], hookHangs),
];

/** Those that may happen at the same time, since none has a lane of another. */
export const AT_ONCE = ['prometheus-gone', 'tester-gone', 'hook-hangs'];

function onEverybody(name: string, title: string, doIt: Fault['inflict'], repeats = false): Fault {
  return { name, title, lanes: EVERYBODY, repeats, expect: () => ({ kind: 'as-twin' }), inflict: doIt };
}

/** By lane, how an event names what was missing. */
const CAUSES: Partial<Record<LaneName, RegExp>> = {
  'prometheus-fail': /^Prometheus query failed: http:\/\/prometheus\S+ \S/,
  'tester-fail': /^Halt .* external check load-test failed POST \S+load-tester\S* \S/,
  'hook-fail': /^Halt .* external check rollout-hook failed POST \S+ .*(no answer|deadline|time)/,
};

function evidence(name: string, title: string, lanes: readonly LaneName[], doIt: Fault['inflict']): Fault {
  const expect = (lane: LaneName): Expectation => {
    const cause = CAUSES[lane];
    return cause === undefined ? { kind: 'as-twin' } : { kind: 'fails', cause };
  };
  return { name, title, lanes, repeats: false, expect, inflict: doIt };
}

// ---------------------------------------------------------------------------------------------------- the controller

async function killControllers({ controllers, random, say }: Scene): Promise<void> {
  let former: Former | undefined;
  for (const [index, { after, whom }] of killsOf(KILLS, LONGEST_LIFE, random).entries()) {
    const leader = await controllers.leader(former);
    await pause(after);
    const others = (await controllers.running()).filter(({ process }) => !isSame(process, leader.process));
    const victim = (whom === 'standby' ? others[0] : undefined) ?? leader;
    former = { process: victim.process, at: Date.now() };
    await controllers.kill(victim);
    const who = victim === leader ? 'the leader' : 'a standby';
    say(`controller-killed: ${index + 1} of ${KILLS}, ${who}, ${after} ms after there was a leader`);
  }
}

/** Then it goes on when all rest: whatever is written after that, it has written. */
async function stopLeader(scene: Scene, rollouts: Rollouts): Promise<void> {
  const { controllers, say, stage } = scene;
  const { old, successor, goOn } = await replaceLeader(scene, rollouts);
  await rollouts.ended;
  const before = await writesIn(stage.cluster, rollouts.lanes);
  await goOn();
  say(`${old.pod} goes on`);
  await pause(AWAKE);
  const written = writtenBetween(before, await writesIn(stage.cluster, rollouts.lanes));
  assert.deepEqual(written, [], `the old leader wrote when it went on: ${written.join(', ')}`);
  const leader = await controllers.leader();
  assert.equal(leader.pod, successor.pod, 'the lease changed hands when the old leader went on');
}

/** Then it goes on while its successor drives the same rollouts, and believes for a moment that it still leads. */
async function resumeLeader(scene: Scene, rollouts: Rollouts): Promise<void> {
  const { old, goOn } = await replaceLeader(scene, rollouts);
  await goOn();
  scene.say(`${old.pod} goes on at once`);
}

interface Replaced {
  readonly old: Controller;
  readonly successor: Controller;
  readonly goOn: () => Promise<void>;
}

/** The leader is stopped at some moment; resolves once another leads. */
async function replaceLeader(scene: Scene, { lanes }: Rollouts): Promise<Replaced> {
  const { controllers, loans, random, say } = scene;
  await underWay(scene, lanes);
  await pause(momentWithin(LATEST, random));
  const old = await controllers.leader();
  const goOn = await loans.take({
    what: `the controller in ${old.pod}`,
    take: async () => void signal(old.process, 'SIGSTOP'),
    putBack: async () => void signal(old.process, 'SIGCONT'),
  });
  say(`${old.pod} sleeps`);
  const successor = await controllers.leader({ process: old.process, at: Date.now() });
  say(`${successor.pod} leads`);
  return { old, successor, goOn };
}

/** In which somebody who still takes himself for the leader would have done what was due. */
const AWAKE = 6_000;

// ------------------------------------------------------------------------------------------------------- the cluster

function component(take: Verb, putBack: Verb, part: Component): Loan {
  const does = (verb: Verb) => (): Promise<void> => locked(() => inflict(verb, part));
  return { what: part, take: does(take), putBack: does(putBack) };
}

async function atSomeMoment(scene: Scene, { lanes }: Rollouts, loan: Loan, span: number): Promise<void> {
  await underWay(scene, lanes);
  await pause(momentWithin(LATEST, scene.random));
  await without(scene, loan, () => pause(span));
}

/** Is away while the work lasts. */
async function without({ loans, say }: Scene, loan: Loan, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const putBack = await loans.take(loan);
  say(`${loan.what} is away`);
  await work();
  await putBack();
  say(`${loan.what} is back after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}

/** Some revision is being analysed. */
function underWay({ stage }: Scene, lanes: readonly Lane[]): Promise<unknown> {
  return stage.cluster.eventually(
    'a rollout is under way',
    () => lanes.some(({ app }) => app.phase === 'Progressing'),
    PATIENCE,
  );
}

// ------------------------------------------------------------------------------------------------------ the evidence

async function prometheusGone(scene: Scene, { lanes }: Rollouts): Promise<void> {
  await analysed(scene, lanes);
  await without(scene, scaled(scene, PROMETHEUS), () => pause(AWAY.prometheus));
}

async function testerGone(scene: Scene, { lanes }: Rollouts): Promise<void> {
  await analysed(scene, lanes);
  await without(scene, scaled(scene, PLACE.loadTester), () => untilFailed(scene, lanes));
}

async function hookHangs(scene: Scene, { lanes }: Rollouts): Promise<void> {
  await analysed(scene, lanes);
  const reply = (answer: 'hangs' | 200) => async (): Promise<void> => {
    for (const { name } of lanes) scene.web.reply(hookPath(name), answer);
  };
  await without(scene, { what: 'the webhook', take: reply('hangs'), putBack: reply(200) }, () =>
    untilFailed(scene, lanes),
  );
}

/** Every revision is at its first position, and nothing is said against it. */
function analysed({ stage }: Scene, lanes: readonly Lane[]): Promise<unknown> {
  const isAnalysed = ({ app, route }: Lane): boolean =>
    app.phase === 'Progressing' &&
    (route === 'Service' ? app.told.at(-1)?.includes('iteration 1/') === true : app.weight > 0);
  return stage.cluster.eventually('all rollouts are under way', () => lanes.every(isAnalysed), PATIENCE);
}

/** Long enough for the one that waits, and until the other has given up. */
async function untilFailed({ stage }: Scene, lanes: readonly Lane[]): Promise<void> {
  await pause(AWAY.evidence);
  const failed = (): boolean => lanes.some(({ app }) => app.phase === 'Failed');
  await stage.cluster.eventually('the rollout that does not wait has failed', failed, PATIENCE);
}

const PROMETHEUS = { namespace: 'monitoring', name: 'prometheus' };

/** A Deployment without a pod. */
function scaled(
  { stage: { cluster } }: Pick<Scene, 'stage'>,
  place: { namespace: string; name: string },
): Loan {
  const scale = (replicas: number): Promise<void> =>
    cluster.patch('Deployment', place, { spec: { replicas } });
  const ready = (wanted: number) => async (): Promise<boolean> =>
    Number(valueAt(await cluster.read('Deployment', place), 'status', 'readyReplicas') ?? 0) === wanted;
  const until = (wanted: number): Promise<unknown> =>
    cluster.eventually(`${place.name} has ${wanted} ready pods`, ready(wanted), PATIENCE);
  return {
    what: place.name,
    take: async () => {
      await scale(0);
      await until(0);
    },
    putBack: async () => {
      await scale(1);
      await until(1);
    },
  };
}

/** Those that a run that was cut off may have left without a pod. */
export function deploymentsOf(scene: Pick<Scene, 'stage'>): readonly Loan[] {
  return [PROMETHEUS, PLACE.loadTester].map((place) => scaled(scene, place));
}
