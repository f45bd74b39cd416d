/** How weights move, and how a core Service is rolled out. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const SERVICE = 'test/unit/targets/service.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';

export const SERVICES: readonly Claim[] = [
  {
    id: '10.2.1',
    says: 'a Service as a target is initialized in one tick, since nothing has to become ready',
    tests: {
      [TICKS]: ['a target with nothing to scale is initialized in one tick, and released like any other'],
      'test/contract/targets.test.ts': [
        'target kind Service has nothing to scale, and is never seen as scaled to something or nothing',
      ],
      [SERVICE]: ['a Canary of a Service waits for nothing to become ready'],
    },
    mutants: ['drop-in: a Service that is waited for (10.2.1)'],
    differs: 'Promoting and Finalising take no tick of their own where nothing is waited for (M51)',
  },
  {
    id: '10.2.2',
    says: 'stepWeight walks to its first multiple that reaches maxWeight, past it if need be',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through stepWeight 20 up to maxWeight 50, which overshoots to 60',
      ],
      [CANARY]: ['the strategy of a canary overshoots the highest weight rather than miss it'],
      [SERVICE]: ['a Canary of a Service `stepWeight 20, maxWeight 50`: primary weights'],
    },
    mutants: ['drop-in: maxWeight that nothing exceeds (10.2.2)'],
  },
  {
    id: '10.2.3',
    says: 'stepWeight 50 up to 100 ends with all traffic on the canary',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through stepWeight 50 up to maxWeight 100'],
      [CANARY]: ['the strategy of a canary ends at all traffic without one'],
      [SERVICE]: ['a Canary of a Service `stepWeight 50, maxWeight 100`: primary weights'],
    },
    mutants: ['drop-in: a canary that never gets everybody (10.2.3)'],
  },
  {
    id: '10.2.4',
    says: 'stepWeights are walked as they are listed',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through stepWeights 1, 2, 10, 80'],
      [CANARY]: ['the strategy of a canary follows the weights listed'],
      [SERVICE]: ['a Canary of a Service `stepWeights [1,2,10,80]`: primary weights'],
    },
    mutants: ['drop-in: the first of the listed weights is left out (10.2.4)'],
  },
  {
    id: '10.2.5',
    says: 'a listed weight above 100 is all traffic',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through stepWeights 1, 2, 10, 200, of which the last is clipped',
      ],
      [CANARY]: ['the strategy of a canary clips the last weight listed'],
      [SERVICE]: ['a Canary of a Service `stepWeights [1,2,10,200]`: primary weights'],
    },
    mutants: ['drop-in: a last weight above 100 is refused (10.2.5)'],
  },
  {
    id: '10.2.6',
    says: 'a promotion gives the primary Service the selector that the target has by then',
    tests: {
      [SERVICE]: [
        'the primary of a Service gets the selector that the target has by then, and keeps its address',
      ],
    },
    mutants: ['drop-in: a primary Service that keeps its selector (10.2.6)'],
  },
  {
    id: '10.2.7',
    says: 'an analysis without interval has one of a minute',
    tests: { [CANARY]: ['a canary as its author wrote it waits between steps: {} is 60000 ms'] },
    mutants: ['drop-in: an interval of ten seconds where none is written (10.2.7)'],
  },
];
