/** What one look at a Canary does, in its order. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const PROMOTION = 'test/scenario/promotion.test.ts';
const BACK = 'test/scenario/going-back.test.ts';
const BY_HAND = 'test/scenario/by-hand.test.ts';
const GATES_AND_CHECKS = 'test/scenario/gates.test.ts';
const TROUBLE = 'test/scenario/trouble.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';
const CONDITIONS = 'test/unit/core/conditions.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const VITALS = 'test/unit/controller/vitals.test.ts';
const ANNOUNCER = 'test/unit/controller/announcer.test.ts';
const ASK = 'test/unit/controller/ask.test.ts';
const PERFORM = 'test/unit/controller/perform.test.ts';
const CACHE = 'test/contract/adapters/cache.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';
const TRAFFIC = 'test/contract/traffic.test.ts';
const KINDS = 'test/contract/targets.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';

export const LOOKS: readonly Claim[] = [
  {
    id: '2.3.1',
    says: 'a Canary that cannot be read is left for the next look',
    tests: {
      [TROUBLE]: ['trouble an hour without the API server ends as if nothing had been'],
      [CACHE]: ['a list that fails is tried again until it works'],
    },
  },
  {
    id: '2.3.2',
    says: 'a suspended Canary says so, and nothing else happens: its routes stay',
    tests: {
      [BY_HAND]: ['by hand suspend freezes a run, and it goes on when resumed'],
      [DECIDE]: [
        'in the middle of a run at 20% suspended, nothing moves, not even back',
        'what remains to be done nothing while suspended',
      ],
      [WORDING]: ['an event about {"kind":"suspended"}'],
      [ANNOUNCER]: [
        'the announcer sends a notice at once when it is new, and once per interval while it stays',
      ],
    },
    mutants: ['drop-in: what stands is told with every pass (M53)'],
  },
  {
    id: '2.3.3',
    says: 'the provider of the Canary goes before that of the controller; the kind of the target, its selector and its ports are made out, or a Warning says why not',
    tests: {
      [CANARY]: [
        'the strategy of a canary is blue/green of ten iterations where nothing routes, and says why',
        'a canary as its author wrote it is understood without a word when nothing is wrong with it',
      ],
      [KINDS]: ['knows no kind that nobody has written'],
      [DEPLOYMENT]: ['the selector …', 'discovered ports …'],
      [WORDING]: ['an event about {"kind":"action-failed"…'],
    },
    mutants: ['drop-in: a primary selected by the name of its Deployment (10.4.1)'],
  },
  {
    id: '2.3.4',
    says: 'the Services of canary and primary are kept as they should be, unless the target is one itself',
    tests: {
      [SERVICES]: ['the Services of a new Canary …', 'a Service of ours …'],
      [DECIDE]: ['what remains to be done a missing Service is written'],
      'test/unit/targets/service.test.ts': ['traffic of a Service …'],
    },
    mutants: ['invariant 25: Services that lead to another primary before it is ready'],
  },
  {
    id: '2.3.5',
    says: 'a new Canary has its metric systems asked whether they answer; either way it goes on, and people are told',
    tests: {
      [DECIDE]: [
        'an initialization whose primary is made asks whether the metric systems answer, and ends whether they do or not',
        'an initialization whose primary is made asks nothing where nothing is analysed, but waits for its primary there too',
      ],
      [ASK]: ['a question of the core about the providers …'],
      [WORDING]: [
        'an event about {"kind":"providers-available"}',
        'an event about {"kind":"providers-unavailable"…',
      ],
    },
    differs: 'once, when the primary is ready, and not with every look until then',
  },
  {
    id: '2.3.6',
    says: 'with App Mesh the objects of the mesh come before the pods',
    tests: {
      'test/contract/traffic.test.ts': [
        'traffic provider appmesh makes before any pod …',
        'traffic provider appmesh:v1beta2 makes before any pod …',
      ],
      'test/unit/controller/observe.test.ts': [
        'a Canary whose pods need something of their mesh has no primary made before that has been seen',
      ],
    },
    mutants: [
      'App Mesh: pods that are made before the nodes that give them a proxy (2.3.6)',
      'App Mesh: a primary made beside the nodes that its pods need (2.3.6)',
    ],
    differs:
      'the nodes, which pods depend on; routes wait for a primary that is ready, as with every provider',
  },
  {
    id: '2.3.7',
    says: 'a primary that is missing is made, and a new one has to become ready',
    tests: {
      [DECIDE]: [
        'a Canary seen for the first time gets its Services and its primary when it can be',
        'an initialization that does not get on …',
      ],
      [PROMOTION]: ['promotion a primary that starts slowly is waited for'],
      [TROUBLE]: [
        'trouble a first version that does not become ready is told once, and a fix of it is taken up',
      ],
    },
    mutants: ['drop-in: a first version that never works, and nobody hears of it (M37)'],
    differs: 'a first version that gives up is told of and waited for: there is nothing to roll back to',
  },
  {
    id: '2.3.8',
    says: 'the primary gets the copy of an autoscaler that is named, and the target’s own rests while it is at nothing',
    tests: {
      [DECIDE]: [
        'what remains to be done an autoscaler that is not as the target’s is written',
        'what remains to be done but not for a primary that does not exist',
      ],
      [PERFORM]: [
        'the primary’s autoscaler is made of the target’s, and not made again',
        'the primary’s autoscaler cannot be made of none, and that is said',
      ],
      'test/unit/targets/scaled-object.test.ts': ['a ScaledObject is paused at nothing, and resumed …'],
    },
    mutants: ['invariant 20: an autoscaler for a primary that is not there'],
  },
  {
    id: '2.3.9',
    says: 'the apex Service selects the primary, before anything else sends it traffic',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary select the target for the canary, and its clone for primary and apex',
      ],
      [TRAFFIC]: [
        'traffic provider istio writes the apex Service before anything sends traffic by it',
        'traffic provider kubernetes writes the apex Service before anything sends traffic by it',
      ],
    },
  },
  {
    id: '2.3.10',
    says: 'then the target goes to nothing',
    tests: {
      [PROMOTION]: ['promotion a new Canary gets a primary, gives it the traffic and parks the target'],
      [DECIDE]: [
        'what remains to be done the target is parked when traffic has left it',
        'what remains to be done nor where there is nothing to scale',
      ],
    },
    mutants: ['invariant 1: parked before it has drained'],
    differs: 'once, and only when traffic has been away from it for a while (M16)',
  },
  {
    id: '2.3.11',
    says: 'the objects that route are kept as they should be',
    tests: {
      [TRAFFIC]: [
        'traffic provider istio …',
        'traffic provider gatewayapi …',
        'traffic provider traefik …',
        'traffic provider nginx …',
      ],
    },
    mutants: ['M7: what is repaired is written as it was first made'],
    differs: 'with the weight they have (M7)',
  },
  {
    id: '2.3.12',
    says: 'the end of initialization is in phase and condition, an event, and an alert with what the Canary is about',
    tests: {
      [WORDING]: ['an event about {"kind":"initialized"}', 'an alert about {"kind":"initialized"}'],
      [CONDITIONS]: ['the condition Promoted in Initialized'],
      'test/unit/controller/messenger.test.ts': [
        'the messenger sends alerts through the flags where the Canary names no provider',
      ],
    },
  },
  {
    id: '2.3.13',
    says: 'where nothing is new the gauge of the status is set, and that is all',
    tests: {
      [DECIDE]: ['at rest what is promoted already starts none', 'at rest nor does what has failed'],
      [VITALS]: ['the metrics of the controller say of a Canary that is …'],
      [CONTROLLER]: [
        'the controller answers for its health and counts, and asks nothing of the API server while everything rests',
      ],
    },
    mutants: ['drop-in: a failure that no alert rule sees (10.3.12)'],
  },
  {
    id: '2.3.14',
    says: 'a primary that is not ready holds what is under way; in a promotion one that has given up ends it',
    tests: {
      [DECIDE]: [
        'in the middle of a run at 20% a primary that is merely unready holds the position',
        'in the middle of a run at 20% a stuck primary is no reason to hold what may mend it',
        'while the primary takes v2 over at 20% stuck it is answered for by the canary',
      ],
      [BACK]: ['going back a broken primary does not block its fix'],
    },
    mutants: ['drop-in: traffic that stays with a primary that does not come up (10.1.5)'],
    differs: 'one that has given up neither ends nor holds the run that may mend it (M3)',
  },
  {
    id: '2.3.15',
    says: 'the weights are read from the routes; what makes no sense there holds everything; gauges show the weights',
    tests: {
      [TRAFFIC]: ['traffic provider istio reads back the position it writes: …'],
      'test/unit/traffic/routes.test.ts': [
        'an object taken over with weights that make no share is malformed once it is ours',
      ],
      [DECIDE]: ['in the middle of a run at 20% an unsettled change is awaited'],
      [VITALS]: ['the metrics of the controller say what share target and primary are meant to get'],
    },
  },
  {
    id: '2.3.16',
    says: 'from rest and from Waiting a run begins, and nothing more happens with that look',
    tests: {
      [DECIDE]: ['at rest what is new starts a run'],
      [TICKS]: ['a new revision goes tick by tick through stepWeight 50 up to maxWeight 100'],
    },
    mutants: ['invariant 16: tried without a run'],
  },
  {
    id: '2.3.17',
    says: 'another target or other configuration in a run begins it anew, also while promotion waits',
    tests: {
      [TICKS]: [
        'a new revision that replaces another in mid-run sends traffic back in the next tick',
        'a new revision whose configuration changes right after it was detected starts again',
      ],
      [DECIDE]: ['in the middle of a run at 20% a newer revision starts over'],
    },
  },
  {
    id: '2.3.18',
    says: 'a canary that is not ready is waited for with a Warning, and rolled back once that is hopeless',
    tests: {
      [BACK]: ['going back a canary that does not become ready in time is rolled back'],
      [DECIDE]: ['in the middle of a run at 20% a target that is stuck ends the run'],
      [WORDING]: ['an event about {"kind":"not-ready","workload":"target"…'],
    },
  },
  {
    id: '2.3.19',
    says: 'a canary that is not to be analysed is promoted as soon as it is ready',
    tests: { [PROMOTION]: ['promotion skipAnalysis promotes as soon as the canary is ready'] },
  },
  {
    id: '2.3.20',
    says: 'a rollback hook that says yes ends the run, before anything else is asked',
    tests: {
      [GATES]: [
        'what is asked at a weight: hooks before metrics, templates last, then whether it may get more',
        'what is asked while it waits for promotion not again whether it may get more',
        'what an answer means a rollback hook consents: the run ends',
        'what an answer means a rollback hook consents while promotion waits: the run ends',
      ],
      [GATES_AND_CHECKS]: ['gates and checks a rollback hook is heard while a confirm-rollout gate holds'],
    },
    mutants: ['drop-in: a rollback hook that nobody hears before a run (M38)'],
    differs: 'it is heard in Waiting too (M38)',
  },
  {
    id: '2.3.21',
    says: 'in Promoting the autoscaler of the primary follows, and traffic comes home',
    tests: {
      [PROMOTION]: ['promotion stepWeightPromotion brings traffic back in steps'],
      [DECIDE]: [
        'while the primary takes v2 over at 20% traffic goes home once it is ready',
        'what remains to be done an autoscaler that is not as the target’s is written',
      ],
    },
    mutants: ['invariant 19: a promotion that ends while the primary is not scaled as it should be'],
  },
  {
    id: '2.3.22',
    says: 'in Finalising the target goes to nothing; then comes Succeeded with its counter, hooks, event and alert',
    tests: {
      [TICKS]: [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
      [PROMOTION]: ['promotion a canary that passes every check is promoted'],
      [VITALS]: ['the metrics of the controller count how runs ended, under the labels of before'],
      [WORDING]: ['an event about {"kind":"promoted"}', 'an alert about {"kind":"promoted"}'],
    },
  },
  {
    id: '2.3.23',
    says: 'as many failed checks as the threshold end the run',
    tests: {
      [DECIDE]: ['in the middle of a run at 20% the threshold ends the run'],
      [TICKS]: [
        'a new revision goes tick by tick through checks that fail up to the threshold, and the rollback in the same tick',
      ],
    },
    mutants: ['invariant 7: one failed check too many'],
    differs: 'with the check that reaches it, not an interval later',
  },
  {
    id: '2.3.24',
    says: 'before the first weight its beginning is told and pre-rollout hooks are asked, afterwards rollout hooks, built-in and in-line metrics, then templates; one that is against it is a failed check',
    tests: {
      [GATES]: ['what is asked …', 'the start of an analysis …', 'what an answer means a …'],
    },
    mutants: [
      'invariant 15: asked at the wrong position',
      'drop-in: templates before built-in metrics (10.3.11)',
    ],
  },
  {
    id: '2.3.25',
    says: 'without a mesh conditions are dropped and ten iterations assumed, with Warnings, and the spec is left alone',
    tests: {
      [CANARY]: [
        'the strategy of a canary is blue/green of ten iterations where nothing routes, and says why',
        'the strategy of a canary tells nothing where kubernetes does what was asked',
      ],
      [WORDING]: ['an event about {"kind":"kubernetes-strategy"…'],
    },
  },
  {
    id: '2.3.26',
    says: 'then the strategy takes its step',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through …'],
      'test/unit/core/progression.test.ts': ['the positions of a strategy …'],
    },
    mutants: ['invariant 2: a weight that is no position'],
  },
  {
    id: '2.3.27',
    says: 'how long a look took is a histogram for each Canary',
    tests: { [VITALS]: ['the metrics of the controller say how long passes over a Canary took'] },
    differs: 'every look is in it, not only one that analyses: at rest there is hardly any (M50)',
  },
];
