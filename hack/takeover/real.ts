/**
 * A sample of the recorded states, one of each story, taken over in the real cluster: loaded while no controller runs,
 * then watched while Serin, installed with its chart, brings each to its end.
 */
import { NODE_ADDRESS } from '../cluster/network.ts';
import { openRealStage } from '../e2e/real.ts';
import type { Cluster } from '../../test/e2e/suite/cluster.ts';
import { PLACE } from '../../test/e2e/suite/place.ts';
import { IN_A_HURRY, type Stage } from '../../test/e2e/suite/stage.ts';
import { follow } from './real/attempt.ts';
import { SEEN } from './real/film.ts';
import { answerHooks, type Hooks } from './real/hooks.ts';
import { moved, namespaceOf } from './real/moved.ts';
import { clear, put } from './real/put.ts';
import type { RecordedState } from './recordings.ts';
import { reportOn, type Report } from './report.ts';

/**
 * The number of the state that stands for its story: in mid-run where there is a run, at rest where that is what can
 * go wrong, and never while pods are being replaced, since a cluster cannot be given half a rollout.
 */
const SAMPLE: Readonly<Record<string, string>> = {
  '01': '10',
  '02': '07',
  '03': '08',
  '04': '02',
  '05': '08',
  '06': '06',
  '07': '07',
  '07b': '06',
  '07c': '03',
  '08': '07',
  '09': '06',
  '10': '05',
  '11': '07',
  '12': '09',
  '13': '01',
  '14': '06',
  '15': '10',
  '16': '06',
};

/** So many at a time: each has four pods. */
const TOGETHER = 9;

export function isSample({ story, name }: RecordedState): boolean {
  const number = SAMPLE[story.split('-')[0] ?? ''];
  return number !== undefined && name.startsWith(`${number}-`);
}

/** Reports as each batch ends. */
export async function takeOverReal(
  states: readonly RecordedState[],
  { say, onEnd }: { readonly say: (line: string) => void; readonly onEnd: (report: Report) => void },
): Promise<void> {
  const stage = await openRealStage(say);
  const hooks = await answerHooks();
  try {
    for (const kind of [...SEEN, 'Event'] as const) await stage.cluster.watch(kind);
    for (let from = 0; from < states.length; from += TOGETHER) {
      const batch = states.slice(from, from + TOGETHER).map((state) => here(state, stage, hooks));
      for (const report of await takeOver(batch, stage, hooks, say)) onEnd(report);
    }
  } finally {
    hooks.stop();
    await stage.stop();
  }
}

function here(state: RecordedState, { gateway }: Stage, { port }: Hooks): RecordedState {
  const namespace = `takeover-${state.story.split('-')[0] ?? ''}`;
  return moved(state, { namespace, gateway, hooks: `http://${NODE_ADDRESS}:${port}` });
}

async function takeOver(
  states: readonly RecordedState[],
  stage: Stage,
  hooks: Hooks,
  say: (line: string) => void,
): Promise<readonly Report[]> {
  const { cluster } = stage;
  const clearAll = (): Promise<unknown> =>
    Promise.all(states.map((state) => clear(cluster, namespaceOf(state))));
  await clearAll();
  say('stopping the controller …');
  await stopController(cluster);
  say(`loading ${states.map(({ story, name }) => `${story} ${name}`).join(', ')} …`);
  await Promise.all(states.map((state) => put(cluster, state)));
  say('starting the controller …');
  const following = states.map((state) => follow(cluster, state, hooks));
  const [records] = await Promise.all([Promise.all(following), stage.restart(IN_A_HURRY)]);
  await clearAll();
  return states.flatMap((state, index) => {
    const record = records[index];
    return record === undefined ? [] : reportOn(state, { record, next: undefined });
  });
}

async function stopController(cluster: Cluster): Promise<void> {
  await cluster.patch('Deployment', { namespace: PLACE.serin, name: 'serin' }, { spec: { replicas: 0 } });
  const none = async (): Promise<boolean> => (await cluster.readAll('Pod', PLACE.serin)).length === 0;
  await cluster.eventually('no controller runs', none, { within: 60_000 });
}
