/** How a run is skipped, and how each strategy moves traffic there and back. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const PROMOTION = 'test/scenario/promotion.test.ts';
const BY_HAND = 'test/scenario/by-hand.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';
const PROGRESSION = 'test/unit/core/progression.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const VITALS = 'test/unit/controller/vitals.test.ts';

export const RUNS: readonly Claim[] = [
  {
    id: '2.7.1',
    says: 'an analysis is skipped where that is said, and where there is none',
    tests: {
      [CANARY]: ['a canary as its author wrote it skips the analysis that is not there'],
      [TICKS]: [
        'a new revision goes tick by tick through skipAnalysis, whose copy follows a commit and whose primary is waited for',
      ],
    },
    mutants: ['drop-in: skipAnalysis that analyses (10.1.7)'],
  },
  {
    id: '2.7.2',
    says: 'then no metric system is asked whether it answers, and neither hooks nor metrics are asked but for confirm-rollout and post-rollout',
    tests: {
      [TICKS]: ['events and calls of a skipped analysis are those of the gate, the copy and the end'],
      [DECIDE]: [
        'an initialization whose primary is made asks nothing where nothing is analysed, but waits for its primary there too',
      ],
    },
    mutants: ['drop-in: skipAnalysis that analyses (10.1.7)'],
  },
  {
    id: '2.7.3',
    says: 'the primary of a new Canary is awaited there too',
    tests: {
      [DECIDE]: [
        'an initialization whose primary is made asks nothing where nothing is analysed, but waits for its primary there too',
      ],
    },
    differs: 'Flagger does not wait, and for a while nobody may serve',
  },
  {
    id: '2.7.4',
    says: 'once the canary is ready it is copied, its autoscaler follows, the target goes to nothing, and a success that was skipped is counted and told',
    tests: {
      [PROMOTION]: ['promotion skipAnalysis promotes as soon as the canary is ready'],
      [VITALS]: ['the metrics of the controller count how runs ended, under the labels of before'],
      [WORDING]: [
        'an event about {"kind":"promoted-unanalysed"}',
        'an alert about {"kind":"promoted-unanalysed"}',
      ],
    },
    differs: 'by Promoting, since the copy follows a commit',
  },
  {
    id: '2.7.5',
    says: 'Succeeded means that the primary serves the revision',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through skipAnalysis, whose copy follows a commit and whose primary is waited for',
      ],
    },
    mutants: ['drop-in: skipAnalysis that analyses (10.1.7)'],
    differs: 'Flagger says so as soon as the template is copied',
  },
  {
    id: '2.7.6',
    says: 'skipAnalysis set in a run promotes with the next look',
    tests: {
      [DECIDE]: [
        'in the middle of a run at 20% what is to be analysed no longer is promoted, without waiting for the interval',
      ],
    },
  },
  {
    id: '2.8.1',
    says: 'conditions with iterations are A/B testing, iterations alone blue/green, anything else a canary; all traffic is 100',
    tests: { [CANARY]: ['the strategy of a canary …'] },
    mutants: ['drop-in: an A/B test by a match alone (M42)'],
  },
  {
    id: '2.8.2',
    says: 'stepWeight goes before stepWeights, whose weights are taken in their order; from a weight that is not among them it goes on at the next greater one',
    tests: {
      [CANARY]: [
        'the strategy of a canary prefers the step to the list',
        'the strategy of a canary follows the weights listed',
        'the strategy of a canary always ascends, ends and stays within the traffic there is',
      ],
      [BY_HAND]: [
        'by hand a plan edited in mid-run goes on at the next greater weight',
        'by hand a weight set by hand is taken over, and the run goes on at the next greater one',
      ],
    },
    mutants: ['drop-in: the first of the listed weights is left out (10.2.4)'],
    differs: 'Flagger goes from there to all traffic (M8); steps of nothing are refused in a sentence',
  },
  {
    id: '2.8.3',
    says: 'a canary asks confirm-traffic-increase before every weight and before promotion, not while only copies are sent, nor while promotion waits',
    tests: {
      [GATES]: [
        'what is asked before the first weight: may it be stopped, is it prepared, may it get traffic',
        'what is asked at a weight: hooks before metrics, templates last, then whether it may get more',
        'what is asked at the last weight also whether it may be promoted',
        'what is asked while it waits for promotion not again whether it may get more',
        'what is asked while only copies are sent not whether it may get more',
      ],
    },
    mutants: ['invariant 15: asked at the wrong position'],
  },
  {
    id: '2.8.4',
    says: 'below maxWeight copies are sent first where that is asked for, then the weight grows by the step, at most to 100, and is in status, gauges and an event',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through mirror before the first weight',
        'a new revision goes tick by tick through stepWeights 1, 2, 10, 200, of which the last is clipped',
      ],
      [PROMOTION]: [
        'promotion mirror sends copies before the first weight',
        'promotion the last weight is the first multiple of stepWeight that reaches maxWeight',
      ],
      [VITALS]: ['the metrics of the controller say what share target and primary are meant to get'],
      [DEFECTS]: [
        'defects that must not come back M6: mirroring is one position, and the weights come after it',
      ],
      [WORDING]: ['an event about {"kind":"advanced-weight"…'],
    },
    mutants: ['M6: mirrored positions without end'],
  },
  {
    id: '2.8.5',
    says: 'at maxWeight confirm-promotion is asked, and the target is copied',
    tests: {
      [GATES]: ['what is asked at the last weight also whether it may be promoted'],
      [PROMOTION]: ['promotion a canary that passes every check is promoted'],
      [WORDING]: ['an event about {"kind":"promoting"}'],
    },
  },
  {
    id: '2.8.6',
    says: 'the first weight comes with the pre-rollout hooks, and the last one is analysed once more before promotion',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through stepWeight 50 up to maxWeight 100',
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
    },
    mutants: ['drop-in: promotion is asked about before the weight (10.3.2)'],
  },
  {
    id: '2.8.7',
    says: 'A/B testing sends all who match at every iteration, counts each in an event, then asks and promotes',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through A/B testing with two iterations'],
      [PROMOTION]: ['promotion an A/B test counts iterations at full weight'],
      [GATES]: ['what is asked in A/B testing …'],
      [PROGRESSION]: ['the positions of a strategy of A/B testing'],
      [DEFECTS]: [
        'defects that must not come back M7: drift in the middle of a run is repaired with the weight of the run',
      ],
      [WORDING]: ['an event about {"kind":"advanced-iteration"…'],
    },
    mutants: ['drop-in: an A/B test of one iteration less (10.1.15)'],
  },
  {
    id: '2.8.8',
    says: 'blue/green counts iterations, with copies where that is asked for, asks, sends everybody, and asks again before it promotes; without a mesh nobody is ever sent',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through blue-green with one iteration: detected, iterated, routed to the canary',
        'a new revision goes tick by tick through blue-green with mirror',
      ],
      [PROMOTION]: ['promotion blue-green …'],
      [GATES]: [
        'what is asked in blue-green before all traffic goes to it whether it may be promoted',
        'what is asked and again before it is',
      ],
      [PROGRESSION]: ['the positions of a strategy of …'],
      [WORDING]: ['an event about {"kind":"routed-to-canary"…'],
    },
    mutants: ['drop-in: blue/green that never sends traffic (10.1.9)'],
  },
  {
    id: '2.8.9',
    says: 'once the primary is ready traffic comes home at once, or by stepWeightPromotion, each told; without a mesh there is none to come home',
    tests: {
      [PROGRESSION]: ['the way back …'],
      [PROMOTION]: [
        'promotion stepWeightPromotion brings traffic back in steps',
        'promotion blue-green on plain Services never sends live traffic to the canary',
      ],
      [DEFECTS]: [
        'defects that must not come back M11: Promoting without traffic on the canary goes on to Finalising',
        'defects that must not come back M15: traffic does not return to a primary that is still rolling',
      ],
      [WORDING]: ['an event about {"kind":"routed-to-primary"}', 'an event about {"kind":"primary-weight"…'],
    },
    mutants: ['M11', 'M15'],
    differs: 'Promoting ends too where no traffic is left to come home (M11)',
  },
  {
    id: '2.8.10',
    says: 'the end is an event and an alert',
    tests: {
      [PROMOTION]: ['promotion a canary that passes every check is promoted'],
      [WORDING]: ['an event about {"kind":"promoted"}', 'an alert about {"kind":"promoted"}'],
    },
  },
];
