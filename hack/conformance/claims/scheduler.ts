/** How a Deployment is rolled out, tick by tick: one interval passes, then every pass that is due runs. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const PROMOTION = 'test/scenario/promotion.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const PORTS = 'test/unit/traffic/discovered-ports.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';

export const SCHEDULER: readonly Claim[] = [
  {
    id: '10.1.1',
    says: 'a new Canary makes the primary first, and says in an event what that primary still lacks',
    tests: {
      [PROMOTION]: ['promotion a primary that starts slowly is waited for'],
      'test/unit/core/wording.test.ts': ['an event about {"kind":"not-ready","workload":"primary"…'],
      'test/unit/core/readiness.test.ts': ['a workload with pods of the old template to replace is not'],
    },
    mutants: ['drop-in: a primary that nobody waits for (10.1.1)'],
  },
  {
    id: '10.1.2',
    says: 'once the primary is ready the Canary is Initialized, and the target goes to no replicas',
    tests: {
      [PROMOTION]: ['promotion a new Canary gets a primary, gives it the traffic and parks the target'],
      [CONTROLLER]: [
        'the controller takes a blue/green release from its first version to a promoted second one',
      ],
      [DEFECTS]: [
        'defects that must not come back M16: the target is not scaled down before the routes have left it',
      ],
    },
    mutants: ['M16'],
  },
  {
    id: '10.1.3',
    says: 'a new template wakes the target with the tick that sees it',
    tests: {
      [DECIDE]: ['what remains to be done the target is started for a run'],
      'test/unit/targets/deployment.test.ts': [
        'waking the target gives it as many replicas as the primary has',
        'waking the target M14: gives it as many as were kept where the primary is gone, and one where nothing is',
      ],
    },
    mutants: ['M14: a target is woken with nothing'],
  },
  {
    id: '10.1.4',
    says: 'failed checks that reach the threshold end in Failed within two ticks',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through checks that fail up to the threshold, and the rollback in the same tick',
      ],
    },
    mutants: ['invariant 7: one failed check too many'],
    differs: 'at once, without one more interval',
  },
  {
    id: '10.1.5',
    says: 'a primary that does not come up in Promoting ends in Failed with all traffic on the canary, which keeps its pods',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through a promotion whose primary does not come up, with the canary serving meanwhile',
      ],
      [DECIDE]: ['while the primary takes v2 over at 20% stuck it is answered for by the canary'],
    },
    mutants: ['drop-in: traffic that stays with a primary that does not come up (10.1.5)'],
    differs: 'the primary is then put back on what was promoted, and gets its traffic back when it is ready',
  },
  {
    id: '10.1.6',
    says: 'and the same where it breaks in Finalising, with traffic home already',
    tests: {
      [DECIDE]: [
        'once traffic is home a primary that breaks before the end is answered for by the canary, which has its pods yet',
      ],
    },
    mutants: ['drop-in: a primary that breaks in Finalising is waited for (10.1.6)'],
  },
  {
    id: '10.1.7',
    says: 'skipAnalysis promotes without analysis and ends in Succeeded; the spec is never written',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through skipAnalysis, whose copy follows a commit and whose primary is waited for',
      ],
    },
    mutants: ['drop-in: skipAnalysis that analyses (10.1.7)'],
    differs: 'one tick more, in Promoting: the copy follows a commit, and the primary is waited for',
  },
  {
    id: '10.1.8',
    says: 'stepWeight 100 and stepWeightPromotion 50 give the known sequence of phases and weights',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through stepWeight 100 with stepWeightPromotion 50'],
    },
    mutants: ['drop-in: all traffic home in one step (10.1.8)'],
  },
  {
    id: '10.1.9',
    says: 'blue/green of one iteration gives the known sequence of phases',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through blue-green with one iteration: detected, iterated, routed to the canary',
      ],
    },
    mutants: ['drop-in: blue/green that never sends traffic (10.1.9)'],
  },
  {
    id: '10.1.10',
    says: 'another template in mid-run sends traffic home in the next tick, copies of requests too',
    tests: {
      [TICKS]: ['a new revision that replaces another in mid-run sends traffic back in the next tick'],
      [DECIDE]: ['in the middle of a run at 20% a newer revision starts over'],
    },
    mutants: ['drop-in: a newer revision that begins with the traffic of the former (10.1.10)'],
  },
  {
    id: '10.1.11',
    says: 'configuration that changes right after a revision was detected starts the analysis again, and is promoted with it',
    tests: {
      [TICKS]: ['a new revision whose configuration changes right after it was detected starts again'],
      'test/unit/targets/tracked-config.test.ts': [
        'tracked configuration is copied for the primary, which refers to the copies',
        'tracked configuration makes a new revision by data of a Secret',
        'copies put aside what they held, before the template is written',
      ],
      [CONTROLLER]: [
        'the controller goes on after a restart where it was, and starts a run for a changed ConfigMap',
      ],
    },
    mutants: ['drop-in: a revision that knows nothing of its configuration (10.1.11)'],
  },
  {
    id: '10.1.12',
    says: 'a weight set by hand in the routes is taken for the position, and the run goes on from there',
    tests: {
      [TICKS]: ['a new revision goes on from a weight that somebody set by hand'],
      'test/scenario/by-hand.test.ts': [
        'by hand a weight set by hand is taken over, and the run goes on at the next greater one',
      ],
      [DEFECTS]: ['defects that must not come back M8: an edited plan goes on at the next greater weight'],
    },
    mutants: ['M8: an edited plan starts over'],
  },
  {
    id: '10.1.13',
    says: 'a promotion ends with the new image in the primary and all traffic on it, by Finalising to Succeeded',
    tests: {
      [CONTROLLER]: [
        'the controller takes a blue/green release from its first version to a promoted second one',
        'the controller shifts the weights of a VirtualService up and back down',
      ],
      [PROMOTION]: ['promotion a canary that passes every check is promoted'],
    },
    mutants: ['invariant 5: Succeeded without the copy'],
  },
  {
    id: '10.1.14',
    says: 'mirror sends copies for one tick without weight, then the first weight without copies',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through mirror before the first weight'],
      [DEFECTS]: [
        'defects that must not come back M6: mirroring is one position, and the weights come after it',
      ],
    },
    mutants: ['M6: mirrored positions without end'],
  },
  {
    id: '10.1.15',
    says: 'an A/B test routes everybody who matches with its first tick, and is promoted at its last iteration',
    tests: {
      [TICKS]: ['a new revision goes tick by tick through A/B testing with two iterations'],
      [PROMOTION]: ['promotion an A/B test counts iterations at full weight'],
    },
    mutants: ['drop-in: an A/B test of one iteration less (10.1.15)'],
  },
  {
    id: '10.1.16',
    says: 'ports of the containers are discovered for the Services, by name, or by container and place',
    tests: {
      'test/unit/targets/deployment.test.ts': [
        'discovered ports are those of all containers but a mesh’s proxy, without the one that is served anyway',
      ],
      'test/unit/traffic/services.test.ts': [
        'the Services of a new Canary have the ports that were discovered, where the user asks for discovery',
      ],
      [PORTS]: [
        'of the service { port: 9898, portDiscovery: true } are the one that is served and those discovered',
      ],
    },
    mutants: ['drop-in: two ports of one name (10.1.16)'],
  },
  {
    id: '10.1.17',
    says: 'a port that is served under another number is not discovered twice',
    tests: {
      [PORTS]: [
        'of the service { port: 80, targetPort: 9898, portDiscovery: true } are the one that is served and those discovered',
      ],
    },
    mutants: ['drop-in: a port that is served is discovered as well (10.1.17)'],
  },
  {
    id: '10.1.18',
    says: 'a target port by name is served under the number of the Service, beside the ports discovered',
    tests: {
      [PORTS]: [
        'of the service { port: 8080, targetPort: http, portDiscovery: true } are the one that is served and those discovered',
      ],
    },
    mutants: ['drop-in: a port served by name is discovered as well (10.1.18)'],
  },
  {
    id: '10.1.19',
    says: 'alerts go to the provider named, in its namespace or the Canary’s own, at the address in its Secret, by the name of the Canary',
    tests: {
      'test/unit/controller/messenger.test.ts': [
        'the messenger sends alerts to the providers of the Canary only, with their secrets, by severity',
        'the messenger finds the provider of an alert in namespace …',
      ],
      'test/unit/notify/notify.test.ts': ['an alert for slack of severity …'],
    },
    mutants: ['drop-in: alert providers of the own namespace alone (10.1.19)'],
  },
  {
    id: '10.1.20',
    says: 'all of this for DaemonSets',
    tests: {
      'test/contract/targets.test.ts': ['target kind DaemonSet …'],
      'test/unit/targets/daemonset.test.ts': ['the deadline of a DaemonSet (M12) …'],
      'test/scenario/daemonset.test.ts': ['10.1.20: a DaemonSet …'],
      [DECIDE]: ['a workload that Kubernetes sets no deadline …'],
    },
    mutants: [
      'DaemonSet: a pod that comes and goes keeps the deadline away',
      'DaemonSet: since when it stands still is forgotten with the process',
      'DaemonSet: one that is to be given traffic stays at nothing',
    ],
  },
];
