/** Every scenario there is, in the order of the table. */
import type { Scenario } from './scenario.ts';
import { gateway } from './scenarios/progressive.ts';

export const SCENARIOS: readonly Scenario[] = [gateway];
