/** Targets that are no Deployments, and labels and annotations that mean something. */
import type { Claim } from '../claim.ts';

const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';
const SERVICE = 'test/unit/targets/service.test.ts';
const KNATIVE = 'test/unit/targets/knative-service.test.ts';
const KNATIVE_ROUTES = 'test/unit/traffic/knative.test.ts';
const KNATIVE_RELEASES = 'test/scenario/knative.test.ts';
const CONFIG = 'test/unit/targets/tracked-config.test.ts';
const SCALED_OBJECT = 'test/unit/targets/scaled-object.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const KINDS = 'test/contract/targets.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';
const LEFT_ALONE =
  'tracked configuration is left alone where its owner opted out, where it is a credential of the cluster, and where it is not there';

export const KINDS_AND_MARKS: readonly Claim[] = [
  {
    id: '3.8.1',
    says: 'a DaemonSet rests by a node selector in its template, which is taken away for a run',
    tests: { [DAEMONSET]: ['a DaemonSet is parked …'] },
  },
  {
    id: '3.8.2',
    says: 'its strategy has to be RollingUpdate, or a sentence says so',
    tests: {
      [DAEMONSET]: [
        'a DaemonSet is cloned and needs the strategy RollingUpdate, which is said in a sentence',
      ],
    },
  },
  {
    id: '3.8.3',
    says: 'a promotion does not take along what parks it',
    tests: {
      [DAEMONSET]: [
        'a DaemonSet is parked never reaches a primary, also when that is made while the target is at nothing (M13)',
        'a primary that carries what parks the target …',
      ],
    },
    mutants: ['DaemonSet: what parks the target reaches the primary (M13)'],
    differs: 'and neither does a primary that is made while the target rests (M13)',
  },
  {
    id: '3.8.4',
    says: 'it is ready with its pods updated and as many available as the threshold asks for',
    tests: { [DAEMONSET]: ['a DaemonSet is ready …'] },
  },
  {
    id: '3.8.5',
    says: 'rules about neighbours speak of the primary, or it could not stand beside the canary',
    tests: {
      [DAEMONSET]: [
        'a DaemonSet is cloned but rules about neighbours speak of the primary, or it could not stand beside the canary',
      ],
    },
    differs: 'Flagger leaves those of a DaemonSet as they are',
  },
  {
    id: '3.8.6',
    says: 'scaling it writes the user’s template, which tools that compare with git see',
    open: 'by decision',
    because:
      'a DaemonSet has no other way to be scaled, and Flagger’s own selector is what people have excepted',
  },
  {
    id: '3.9.1',
    says: 'a Service that is the target has a copy for the canary that follows it, and one for the primary',
    tests: {
      [SERVICE]: [
        'traffic of a Service has a canary Service that follows the target, and leaves the primary’s alone',
        'the primary of a Service means the same under its own address',
      ],
    },
    mutants: ['Service: its primary follows it without a promotion'],
    differs: 'written when it changes, not with every look (M50)',
  },
  {
    id: '3.9.2',
    says: 'a promotion copies spec and the labels that are to be copied, and keeps the address',
    tests: {
      [SERVICE]: [
        'the primary of a Service gets the selector that the target has by then, and keeps its address',
        'the primary of a Service means the same under its own address',
      ],
    },
    mutants: ['drop-in: a primary Service that keeps its selector (10.2.6)'],
  },
  {
    id: '3.9.3',
    says: 'the target itself is left alone, and traffic goes to one of the two copies',
    tests: { [SERVICE]: ['traffic of a Service never changes what the target says: …'] },
  },
  {
    id: '3.9.4',
    says: 'nothing of it is ready or not, scaled, or tracked',
    tests: {
      [SERVICE]: ['a Canary of a Service waits for nothing to become ready'],
      [KINDS]: [
        'target kind Service has nothing to scale, and is never seen as scaled to something or nothing',
        'target kind Service runs on no configuration',
      ],
    },
    mutants: ['drop-in: a Service that is waited for (10.2.1)'],
  },
  {
    id: '3.9.5',
    says: 'its revision is that of its spec',
    tests: { [SERVICE]: ['what a Service means is …'] },
    differs: 'without addresses, node ports and defaults, which the cluster chooses',
  },
  {
    id: '3.9.6',
    says: 'it may lead to another cluster or another name',
    tests: { [SERVICE]: ['what a Service means takes no address along to another name'] },
  },
  {
    id: '3.10.1',
    says: 'a Knative Service needs provider knative, said by the Canary itself',
    tests: { [CANARY]: ['what cannot be followed as a Knative Service …'] },
    mutants: ['Knative: a Canary that rests on the default of the controller'],
  },
  {
    id: '3.10.2',
    says: 'an annotation names its promoted revision; a new Canary takes the newest, and all requests go there',
    tests: {
      [KNATIVE_RELEASES]: [
        'a Knative Service with a Canary begins with its newest revision for a primary, and with nothing beside it',
      ],
    },
    mutants: ['Knative: Services made beside it'],
  },
  {
    id: '3.10.3',
    says: 'its own traffic is what is written and read for a weight',
    tests: {
      [KNATIVE_ROUTES]: [
        'a Knative Service says how much the newest revision gets, whichever that is',
        'a Knative Service is not in force as long as …',
        'a Knative Service gives no request to other revisions, but leaves those their address that have one',
      ],
    },
    mutants: ['Knative: a share in force before Knative has heard of it'],
    differs:
      'it is read where it was written, once Knative has taken it up, and addresses of the user’s stay',
  },
  {
    id: '3.10.4',
    says: 'a promotion writes the annotation',
    tests: {
      [KNATIVE]: [
        'target kind KnativeService is promoted by an annotation that names the revision, and by nothing else',
      ],
      [KNATIVE_RELEASES]: [
        'a Knative Service with a Canary gives a good revision its share by weights, measures that revision, and promotes it by name',
      ],
    },
    mutants: ['Knative: a promotion that names no revision'],
  },
  {
    id: '3.10.5',
    says: 'it is ready when Knative says so of the revision',
    tests: {
      [KNATIVE]: ['a revision of a Knative Service is ready when Knative says so, also without pods'],
    },
  },
  {
    id: '3.10.6',
    says: 'a rollback leaves the failed revision the newest, without requests',
    tests: {
      [KNATIVE_RELEASES]: [
        'a Knative Service with a Canary rolls a bad revision back, leaves it without requests, and takes the next',
      ],
    },
  },
  {
    id: '3.11.1',
    says: 'flagger-id in the pods of a primary has them replaced',
    tests: {
      [DEPLOYMENT]: [
        'the clone has the labels that are to be copied, and annotations but for those of Flux and kubectl',
        'the clone rolls when only the configuration is new',
      ],
    },
  },
  {
    id: '3.11.2',
    says: 'flagger.app/config-tracking keeps configuration of the user’s from being tracked',
    tests: { [CONFIG]: [LEFT_ALONE] },
    mutants: ['drop-in: tracking that is turned off by one word alone (10.4.15)'],
  },
  {
    id: '3.11.3',
    says: 'flagger.app/scale-to-zero parks a DaemonSet',
    tests: { [DAEMONSET]: ['a DaemonSet is parked …'] },
  },
  {
    id: '3.11.4',
    says: 'flagger.app/primary-revision is the promoted revision of a Knative Service',
    tests: {
      [KNATIVE]: [
        'target kind KnativeService is promoted by an annotation that names the revision, and by nothing else',
      ],
    },
  },
  {
    id: '3.11.5',
    says: 'flagger.kubernetes.io/original-configuration is what a VirtualService said before it was taken over',
    tests: {
      'test/unit/traffic/routes.test.ts': [
        'an object taken over is remembered once: a later write does not take our own spec for the original',
        'an object taken over is not forgotten and remembered wrongly: without its annotation our own spec is no original',
      ],
    },
    differs: 'of whatever routes, where kubectl has not left it',
  },
  {
    id: '3.11.6',
    says: 'two annotations keep Flux from what a rollout writes',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary are ClusterIP Services with one port, labelled by their own name and owned by the Canary',
      ],
      'test/contract/traffic.test.ts': ['traffic provider istio renders at …'],
    },
  },
  {
    id: '3.11.7',
    says: 'appmesh.flagger.app/accesslog has proxies of App Mesh write their access log',
    tests: {
      'test/unit/traffic/envoy-meshes.test.ts': [
        'App Mesh has nodes that call what the Canary names, time out as it says and log where it asks for that',
      ],
    },
  },
  {
    id: '3.11.8',
    says: 'kuma.io/mesh names the mesh that a route of Kuma is for',
    tests: {
      'test/contract/traffic.test.ts': ['traffic provider kuma renders mesh as on record'],
    },
  },
  {
    id: '3.11.9',
    says: 'autoscaling.keda.sh/paused-replicas leaves a target at nothing',
    tests: {
      [SCALED_OBJECT]: [
        'a ScaledObject is paused at nothing, and resumed under the version that was seen, and only where it changes something',
      ],
    },
  },
  {
    id: '3.11.10',
    says: 'finalizer.flagger.app holds a Canary that is to be given back',
    tests: {
      [CONTROLLER]: ['the controller gives the target back before a Canary goes that asks for it'],
    },
  },
];
