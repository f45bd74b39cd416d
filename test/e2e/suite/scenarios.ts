/** Every scenario there is, in the order of the table: the longest first, since several are played at a time. */
import type { Scenario } from './scenario.ts';
import { abTesting } from './scenarios/ab-testing.ts';
import { adoption } from './scenarios/adoption.ts';
import { blueGreen, blueGreenPlain } from './scenarios/blue-green.ts';
import { byHand } from './scenarios/by-hand.ts';
import { configOnly } from './scenarios/config-only.ts';
import { defaultInterval } from './scenarios/default-interval.ts';
import { gates } from './scenarios/gates.ts';
import { gateway, istio } from './scenarios/progressive.ts';

export const SCENARIOS: readonly Scenario[] = [
  gateway,
  istio,
  blueGreen,
  blueGreenPlain,
  abTesting,
  gates,
  configOnly,
  byHand,
  adoption,
  defaultInterval,
];
