/** Where faults happen: the cluster with Serin in it, the Canaries, who is called by them, and what was taken away. */
import type { Receiver } from '../../test/e2e/harness/receiver.ts';
import type { Act } from '../../test/e2e/suite/act.ts';
import type { Stage } from '../../test/e2e/suite/stage.ts';
import type { Outcome } from '../crash/comparison.ts';
import type { Random } from '../crash/random.ts';
import type { Controllers } from './controllers.ts';
import type { Lane, LaneName } from './lanes.ts';
import type { Loans } from './loans.ts';

export interface Scene {
  readonly stage: Stage;
  readonly web: Receiver;
  readonly controllers: Controllers;
  readonly loans: Loans;
  readonly random: Random;
  readonly acts: Act[];
  readonly lanes: ReadonlyMap<LaneName, Lane>;
  /** How a release of each lane ends undisturbed. */
  readonly twins: ReadonlyMap<LaneName, Outcome>;
  readonly say: (line: string) => void;
}

/** Of the lanes that are open. */
export function laneOf({ lanes }: Pick<Scene, 'lanes'>, name: LaneName): Lane {
  const lane = lanes.get(name);
  if (lane === undefined) throw new Error(`the lane ${name} is not open`);
  return lane;
}
