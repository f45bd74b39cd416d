/** Runs faults: releases on every lane of a fault while it comes and goes, each compared with its twin. */
import { attempt } from '../../test/e2e/suite/play.ts';
import { isLost, describeVisit } from '../../test/e2e/suite/visitors.ts';
import { release } from './release.ts';
import type { Fault } from './catalogue.ts';
import type { Lane } from './lanes.ts';
import type { Ending, Report } from './report.ts';
import { laneOf, type Scene } from './scene.ts';
import { TrafficLog } from './traffic.ts';
import { judge } from './verdict.ts';

/** A node that has to do everything at once, on two processors. */
export const PATIENCE = 180_000;
const LISTED = 5;

let releases = 0;

/** A number that no other release of this run has. */
export function nextRelease(): number {
  return (releases += 1);
}

export async function runFault(fault: Fault, scene: Scene, turn: number): Promise<Report> {
  const lanes = fault.lanes.map((name) => laneOf(scene, name));
  const logs = lanes.map(({ act, app, route }) => new TrafficLog(act.cluster, app, route));
  const began = Date.now();
  let isOver = false;
  const running = Promise.all(
    lanes.map(async (lane) => {
      const endings: Ending[] = [];
      do endings.push(await disturbed(lane, fault, scene));
      while (fault.repeats && !isOver);
      return endings;
    }),
  );
  const inflicted = attempt(async () => fault.inflict(scene, { lanes, ended: running }));
  void inflicted.then(() => (isOver = true));
  const [endings, trouble] = await Promise.all([running, inflicted]);
  const misled = await Promise.all(
    lanes.map(async ({ name }, index) =>
      ((await logs[index]?.close()) ?? []).map((said) => `${name}: ${said}`),
    ),
  );
  const lost = lanes.flatMap(({ name, users }) =>
    users.visits
      .filter((visit) => visit.began >= began && isLost(visit))
      .map((visit) => `${name}: request lost: ${describeVisit(visit)}`),
  );
  return {
    fault: fault.name,
    attempt: turn,
    endings: endings.flat(),
    lost: lost.length,
    seconds: Math.round((Date.now() - began) / 1_000),
    complaints: [...trouble, ...lost.slice(0, LISTED), ...misled.flat()],
  };
}

async function disturbed(lane: Lane, fault: Fault, { web, twins, say }: Scene): Promise<Ending> {
  const twin = twins.get(lane.name);
  if (twin === undefined) throw new Error(`${lane.name} has no twin`);
  const found = await release(lane, web, nextRelease(), PATIENCE);
  const wrong = judge(fault.expect(lane.name), twin, found);
  const ending = {
    lane: lane.name,
    endedAs: String(found.end['phase']),
    twinEndedAs: String(twin.end['phase']),
    wrong,
  };
  say(
    `${fault.name}: ${lane.name} ended as ${ending.endedAs}, its twin as ${ending.twinEndedAs}: ${wrong.length === 0 ? 'right' : 'WRONG'}`,
  );
  return ending;
}
