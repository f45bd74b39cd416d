/** What goes along with a workload: its configuration, its autoscaler, and the ports of its containers. */
import type { Claim } from '../claim.ts';

const DECIDE = 'test/unit/core/decide.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';
const KNATIVE = 'test/unit/targets/knative-service.test.ts';
const CONFIG = 'test/unit/targets/tracked-config.test.ts';
const TRACES = 'test/unit/targets/traces.test.ts';
const AUTOSCALERS = 'test/unit/targets/autoscalers.test.ts';
const SCALED_OBJECT = 'test/unit/targets/scaled-object.test.ts';
const PORTS = 'test/unit/traffic/discovered-ports.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';
const KINDS = 'test/contract/targets.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';
const LEFT_ALONE =
  'tracked configuration is left alone where its owner opted out, where it is a credential of the cluster, and where it is not there';

export const ATTACHMENTS: readonly Claim[] = [
  {
    id: '3.5.1',
    says: 'configuration is what volumes, projections, env and envFrom of containers and init containers read, and nothing else',
    tests: {
      [CONFIG]: [
        'tracked configuration is what volumes, projections, env and envFrom of all containers refer to',
        'tracked configuration is nothing that containers do not read it by',
      ],
    },
    mutants: ['drop-in: configuration of init containers (10.4.13)'],
  },
  {
    id: '3.5.2',
    says: 'one that is optional may be missing',
    tests: {
      [CONFIG]: [
        'tracked configuration is optional only where every mention says so',
        LEFT_ALONE,
        'tracked configuration makes a new revision by an optional one appearing',
      ],
      'test/contract/adapters/watch-set.test.ts': [
        'a kind that is asked for later is not taken for empty while it cannot be listed, and is there once it can',
      ],
    },
    differs:
      'one that cannot be read is not one that is missing, and only what every mention calls optional is',
  },
  {
    id: '3.5.3',
    says: 'without one that is not, nothing is copied, and that is told',
    tests: { [CONFIG]: ['a configuration that is missing …'] },
    differs: 'it counts as it was last seen, so that a run is not begun for it',
  },
  {
    id: '3.5.4',
    says: 'Secrets of four types are copied with their type, others left alone',
    tests: { [CONFIG]: ['tracked configuration is copied of type …', LEFT_ALONE] },
  },
  {
    id: '3.5.5',
    says: 'an annotation that begins with disable keeps an object from being tracked and copied',
    tests: { [CONFIG]: [LEFT_ALONE, 'tracked configuration makes none by data opted out of'] },
    mutants: ['drop-in: tracking that is turned off by one word alone (10.4.15)'],
  },
  {
    id: '3.5.6',
    says: 'a checksum of the data tells whether it has changed',
    tests: {
      [CONFIG]: ['tracked configuration makes a new revision by …'],
      [TRACES]: ['configuration …'],
    },
    differs: 'binary data counts too; checksums that Flagger wrote are understood',
  },
  {
    id: '3.5.7',
    says: 'a copy has data and type, the labels that are to be copied, no annotation of the original’s, and its Canaries for owners',
    tests: {
      [CONFIG]: [
        'tracked configuration is copied of type …',
        'tracked configuration is copied with its binary data',
        'copies shared by two Canaries serve both: one controls them, each reads its own revision',
      ],
    },
    mutants: ['drop-in: two who control one copy (10.4.14)'],
    differs: 'and binary data',
  },
  {
    id: '3.5.8',
    says: 'copies follow with a promotion only; one that two share is promoted by the first',
    tests: {
      [CONFIG]: [
        'copies put aside what they held, before the template is written',
        'copies shared by two Canaries serve both: one controls them, each reads its own revision',
      ],
      [CONTROLLER]: [
        'the controller goes on after a restart where it was, and starts a run for a changed ConfigMap',
      ],
    },
    mutants: ['drop-in: a copy that is one Canary’s alone (M59)'],
    differs: 'each Canary knows for itself which revision a copy is of (M59)',
  },
  {
    id: '3.5.9',
    says: 'by a flag nothing is tracked and nothing copied',
    tests: { [CONFIG]: ['tracked configuration is not tracked where the controller is told so'] },
    mutants: ['drop-in: configuration that nobody wants tracked (10.4.5)'],
  },
  {
    id: '3.5.10',
    says: 'copies are written before the template that needs them',
    tests: {
      [KINDS]: [
        'target kind Deployment writes the primary last',
        'target kind Deployment belongs to none of two revisions while only the copies are written',
      ],
      [CONFIG]: [
        'copies put aside what they held, before the template is written',
        'copies are put back with the template',
      ],
    },
    differs: 'what they held is kept, and comes back with the former template',
  },
  {
    id: '3.5.11',
    says: 'a DaemonSet has the same, a Service and a Knative Service have none',
    tests: {
      [DAEMONSET]: [
        'a DaemonSet is cloned by a clone with its own selector, how it is rolled out, and no number of replicas',
      ],
      [KINDS]: ['target kind Service runs on no configuration'],
      [KNATIVE]: ['target kind KnativeService looks at the revisions that matter and at no others'],
    },
  },
  {
    id: '3.6.1',
    says: 'an HPA that is named and not there is told, whatever version it is named in',
    tests: {
      [AUTOSCALERS]: [
        'the HPA of a primary cannot be made of what is not there',
        'the HPA of a primary is the same whatever version the Canary names: …',
      ],
      'test/unit/controller/perform.test.ts': [
        'the primary’s autoscaler cannot be made of none, and that is said',
      ],
    },
  },
  {
    id: '3.6.2',
    says: 'its copy scales the primary by the same metrics, bounds and behaviour',
    tests: { [AUTOSCALERS]: ['the HPA of a primary says what the target’s says, about the primary'] },
    mutants: ['autoscaler: fields newer than this program are dropped (M56)'],
    differs: 'and by fields that are newer than either (M56)',
  },
  {
    id: '3.6.3',
    says: 'with bounds of the Canary’s where it has some, and labels but for those of Flux',
    tests: {
      [AUTOSCALERS]: [
        'the HPA of a primary has bounds of its own where the Canary names some',
        'the HPA of a primary says what the target’s says, about the primary',
      ],
    },
  },
  {
    id: '3.6.4',
    says: 'it follows the target’s',
    tests: {
      [AUTOSCALERS]: [
        'the HPA of a primary follows the target’s at once: …',
        'the HPA of a primary follows its labels and annotations, and keeps what others put on the copy',
        'the HPA of a primary is not written again while it is so',
      ],
      [DECIDE]: ['what remains to be done an autoscaler that is not as the target’s is written'],
    },
    mutants: ['autoscaler: an edit that reaches the copy with the next promotion only (M64)'],
    differs: 'at once, labels and annotations too (M64)',
  },
  {
    id: '3.6.5',
    says: 'the user’s HPA stays on the target and is not written',
    tests: {
      [AUTOSCALERS]: [
        'the HPA of a primary is the only one that is written: the user’s stays on the target, and is never told to rest',
      ],
    },
  },
  {
    id: '3.6.6',
    says: 'the copy of a ScaledObject says all that the original does, about the primary',
    tests: {
      [SCALED_OBJECT]: [
        'the ScaledObject of a primary with everything else it says, fields newer than this program too, and not paused',
      ],
    },
    differs: 'fields newer than either too, on both (M56)',
  },
  {
    id: '3.6.7',
    says: 'its queries are those the Canary names, or else the original’s with the target’s name replaced',
    tests: {
      [SCALED_OBJECT]: [
        'the ScaledObject of a primary asks what the Canary names, where it names a query',
        'the ScaledObject of a primary sum(rate(requests{app="podinfo"}[1m])) becomes sum(rate(requests{app="podinfo-primary"}[1m]))',
        'the ScaledObject of a primary sum(rate(requests{app="podinfo-canary"}[1m])) becomes sum(rate(requests{app="podinfo-primary"}[1m]))',
      ],
    },
    mutants: ['autoscaler: a copy that asks about the canary'],
    differs: 'not within longer words',
  },
  {
    id: '3.6.8',
    says: 'an HPA that it names is another one',
    tests: {
      [SCALED_OBJECT]: [
        'the ScaledObject of a primary with everything else it says, fields newer than this program too, and not paused',
      ],
    },
  },
  {
    id: '3.6.9',
    says: 'its annotations come along',
    tests: {
      [SCALED_OBJECT]: [
        'the ScaledObject of a primary with everything else it says, fields newer than this program too, and not paused',
      ],
    },
    mutants: ['autoscaler: a copy that is paused with the original'],
    differs: 'but not the one that keeps the target at nothing',
  },
  {
    id: '3.6.10',
    says: 'the user’s is told to leave the target at nothing whenever it rests, and to scale it again for a run and at the end',
    tests: {
      [SCALED_OBJECT]: ['a ScaledObject is paused at nothing, and resumed …'],
    },
    mutants: ['autoscaler: at rest although KEDA may wake it'],
  },
  {
    id: '3.7.1',
    says: 'ports of all containers but a proxy’s are served, without the one that is served anyway, be that by number or by name',
    tests: {
      [DEPLOYMENT]: [
        'discovered ports are those of all containers but a mesh’s proxy, without the one that is served anyway',
      ],
      [PORTS]: ['of the service …'],
    },
    mutants: [
      'drop-in: a port that is served is discovered as well (10.1.17)',
      'drop-in: a port served by name is discovered as well (10.1.18)',
    ],
  },
  {
    id: '3.7.2',
    says: 'by their names, or by container and place; always TCP',
    tests: {
      [PORTS]: ['of the service …'],
      [SERVICES]: [
        'the Services of a new Canary have the ports that were discovered, where the user asks for discovery',
      ],
    },
  },
  {
    id: '3.7.3',
    says: 'of two with one name there is one',
    tests: { [DEPLOYMENT]: ['discovered ports are one a name, of no init container and no proxy'] },
  },
  {
    id: '3.7.4',
    says: 'init containers have none',
    tests: { [DEPLOYMENT]: ['discovered ports are one a name, of no init container and no proxy'] },
  },
];
