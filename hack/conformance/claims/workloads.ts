/** What is made around a workload, how it is told from what it was, and how it is copied, scaled and judged. */
import type { Claim } from '../claim.ts';

const PROMOTION = 'test/scenario/promotion.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const READINESS = 'test/unit/core/readiness.test.ts';
const TAKE_OVER = 'test/unit/core/takeover.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';
const SERVICE = 'test/unit/targets/service.test.ts';
const KNATIVE = 'test/unit/targets/knative-service.test.ts';
const CONFIG = 'test/unit/targets/tracked-config.test.ts';
const AUTOSCALERS = 'test/unit/targets/autoscalers.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';
const KINDS = 'test/contract/targets.test.ts';

export const WORKLOADS: readonly Claim[] = [
  {
    id: '3.1.1',
    says: 'a Deployment of its own serves at rest, and belongs to the Canary',
    tests: {
      [DEPLOYMENT]: ['the clone belongs to the Canary'],
      [KINDS]: ['target kind Deployment writes the primary last'],
      [PROMOTION]: ['promotion a new Canary gets a primary, gives it the traffic and parks the target'],
    },
  },
  {
    id: '3.1.2',
    says: 'three Services lead to it and to the canary; those that were made here belong to the Canary',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary select the target for the canary, and its clone for primary and apex',
        'the Services of a new Canary are ClusterIP Services with one port, labelled by their own name and owned by the Canary',
        'a Service of the user’s keeps its kind, address, labels and annotations, and is not ours to be deleted',
      ],
    },
  },
  {
    id: '3.1.3',
    says: 'tracked configuration has copies, which several Canaries may share',
    tests: {
      [CONFIG]: [
        'tracked configuration is copied for the primary, which refers to the copies',
        'copies shared by two Canaries serve both: one controls them, each reads its own revision',
      ],
    },
    mutants: ['drop-in: two who control one copy (10.4.14)'],
  },
  {
    id: '3.1.4',
    says: 'an autoscaler that is named has a copy, which belongs to the Canary',
    tests: {
      [AUTOSCALERS]: ['the HPA of a primary says what the target’s says, about the primary'],
      'test/unit/targets/scaled-object.test.ts': ['the ScaledObject of a primary …'],
    },
  },
  {
    id: '3.1.5',
    says: 'objects that route belong to the Canary that had them made',
    tests: {
      'test/contract/traffic.test.ts': [
        'traffic provider istio renders at …',
        'traffic provider gatewayapi renders at …',
        'traffic provider istio takes over what the user has, and puts it back when the Canary goes',
        'traffic provider kuma renders at …',
      ],
    },
    lacks: 'a mesh whose API is in another cluster',
  },
  {
    id: '3.1.6',
    says: 'the target of the user is the canary: at nothing at rest, awake for a run; owners are named as controllers that hold deletion up',
    tests: {
      [PROMOTION]: ['promotion a canary that passes every check is promoted'],
      [DECIDE]: [
        'what remains to be done the target is started for a run',
        'what remains to be done the target is parked when traffic has left it',
      ],
      [SERVICES]: [
        'the Services of a new Canary are ClusterIP Services with one port, labelled by their own name and owned by the Canary',
      ],
    },
  },
  {
    id: '3.2.1',
    says: 'the selector is the first of the labels in the flag that the target is selected by, with whatever value it has there, or a sentence names what is allowed',
    tests: {
      [DEPLOYMENT]: [
        'the selector is the first known label the target is selected by, whatever the Deployment is called',
        'the selector is missed in a sentence that names what is allowed',
      ],
      'test/unit/controller/flags.test.ts': ['the flags of the controller have the defaults people rely on'],
    },
    mutants: ['drop-in: a primary selected by the name of its Deployment (10.4.1)'],
  },
  {
    id: '3.2.2',
    says: 'the primary is selected by that label alone, so that two workloads with one value cannot both have one',
    tests: { [DEPLOYMENT]: ['the clone is selected by a label of its own'] },
  },
  {
    id: '3.2.3',
    says: 'its pods have all labels of the target’s, that one with another value',
    tests: {
      [DEPLOYMENT]: [
        'labels of a clone differ from the target’s in the one it is selected by',
        'the clone is selected by a label of its own',
      ],
    },
    mutants: ['drop-in: a primary with no label but one (10.4.20)'],
  },
  {
    id: '3.2.4',
    says: 'the canary Service selects the pods of the target, the other two those of the primary',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary select the target for the canary, and its clone for primary and apex',
      ],
    },
  },
  {
    id: '3.2.5',
    says: 'a primary goes on being selected by the labels it was made with when the flag or the target names others',
    tests: {
      [DEPLOYMENT]: [
        'the clone goes on being selected as it was when the target is made again under other labels',
      ],
      [SERVICES]: [
        'the Services of a new Canary go on selecting a primary by the labels it has when the target gets others',
      ],
    },
    differs: 'Flagger has its Services select what no primary can carry',
  },
  {
    id: '3.3.1',
    says: 'a revision has a name that Flagger would not give',
    tests: { [DEPLOYMENT]: ['the revision of a target has a name that no Flagger would give'] },
    differs: 'so that whose it is can be told',
  },
  {
    id: '3.3.2',
    says: 'it is that of the pod template, of the spec of a Service, of the newest revision of Knative',
    tests: {
      [DEPLOYMENT]: ['the revision of a target is …'],
      [KINDS]: ['target kind DaemonSet reads back from the primary the revision it was cloned under'],
      [SERVICE]: ['what a Service means …'],
      [KNATIVE]: [
        'target kind KnativeService has changed when Knative has made another revision, and not for any other reason',
      ],
    },
  },
  {
    id: '3.3.3',
    says: 'an upgrade of the cluster begins no run',
    tests: {
      [KINDS]: [
        'target kind Deployment keeps its revision through an upgrade of the cluster',
        'target kind DaemonSet keeps its revision through an upgrade of the cluster',
        'target kind Service keeps its revision through an upgrade of the cluster',
      ],
    },
    mutants: ['drop-in: a default of a newer API server is a release (M58)'],
    differs: 'an upgrade of Flagger may begin one for every Canary (M58)',
  },
  {
    id: '3.3.4',
    says: 'what Flagger left is taken over by what it means: where target and primary are the same nothing begins, and a run goes on',
    tests: {
      [DEPLOYMENT]: ['the primary Flagger left …'],
      [TAKE_OVER]: ['at rest …', 'a run that Flagger began …'],
      'test/scenario/taking-over.test.ts': ['taking over …'],
      'test/unit/targets/traces.test.ts': ['the time of a push …'],
    },
    mutants: ['a push lost in a take-over: any write of an owner is a push'],
  },
  {
    id: '3.3.5',
    says: 'what parks a DaemonSet is no part of its revision, and neither is a selector that is left empty',
    tests: {
      [DAEMONSET]: ['a DaemonSet is parked is no part of a revision, whether the user selects nodes or not'],
    },
  },
  {
    id: '3.4.1',
    says: 'a primary that is missing is made at any time',
    tests: {
      [KINDS]: ['target kind Deployment restores a primary that was deleted'],
      [DEFECTS]: [
        'defects that must not come back M13: a deleted primary comes back from the snapshot, not from the target',
      ],
      'test/scenario/going-back.test.ts': [
        'going back a deleted primary comes back from the snapshot, not from the failed target',
      ],
    },
    mutants: ['M13: a lost primary is born of the target', 'invariant 10'],
    differs: 'of what was promoted, not of what the target is by then (M13)',
  },
  {
    id: '3.4.2',
    says: 'it has the labels whose keys begin as the flag says, never those of Flux, and its selector',
    tests: {
      [DEPLOYMENT]: [
        'labels of a clone with the prefixes …',
        'the clone has the labels that are to be copied, and annotations but for those of Flux and kubectl',
      ],
    },
    mutants: ['drop-in: labels by their whole name alone (10.4.19)'],
  },
  {
    id: '3.4.3',
    says: 'and the annotations but for those of Flux',
    tests: {
      [DEPLOYMENT]: [
        'the clone has the labels that are to be copied, and annotations but for those of Flux and kubectl',
      ],
    },
    mutants: ['drop-in: annotations of Flux on the primary (10.4.2)'],
    differs: 'and those that are about the target as an object',
  },
  {
    id: '3.4.4',
    says: 'it is rolled out as the target is, with as many replicas, or with one where that has none',
    tests: {
      [DEPLOYMENT]: [
        'the clone takes over how the target is rolled out',
        'the clone M14: of a target at nothing begins with one',
      ],
    },
    mutants: ['drop-in: a primary that is rolled out in its own way (10.4.3)'],
  },
  {
    id: '3.4.5',
    says: 'its pods have the annotations of the target’s but for those of Flux, an id, and the copies of configuration',
    tests: {
      [DEPLOYMENT]: [
        'the clone has the labels that are to be copied, and annotations but for those of Flux and kubectl',
      ],
      [CONFIG]: ['tracked configuration is copied for the primary, which refers to the copies'],
    },
  },
  {
    id: '3.4.6',
    says: 'rules that keep pods apart or spread them speak of the primary where they named the target; no other rule does',
    tests: {
      [DEPLOYMENT]: [
        'the clone keeps its pods from its own kind, and from others as before',
        'the clone stays as near to others, and on such nodes, as the target',
      ],
    },
    mutants: ['drop-in: rules about others speak of the primary (10.4.4)'],
    differs: 'every mention in a rule, not only the first',
  },
  {
    id: '3.4.7',
    says: 'in a promotion copies of configuration come first, then the primary, and a conflict is tried again',
    tests: {
      [KINDS]: ['target kind Deployment writes the primary last'],
      [CONFIG]: ['copies put aside what they held, before the template is written'],
      'test/contract/adapters/objects.test.ts': ['objects are not replaced when somebody wrote them since'],
      'test/unit/controller/perform.test.ts': [
        'copying the target M4: copies nothing where it carries another revision than the one that is meant',
      ],
    },
  },
  {
    id: '3.4.8',
    says: 'it gets the replicas the target has by then, unless an autoscaler drives it',
    tests: { [DEPLOYMENT]: ['the clone in number …'] },
    differs: 'a target at nothing does not take its replicas away',
  },
  {
    id: '3.4.9',
    says: 'and another id, so that its pods are replaced',
    tests: {
      [DEPLOYMENT]: ['the clone rolls when only the configuration is new'],
      [KINDS]: ['target kind Deployment clones the same again without rolling anything'],
    },
    differs: 'the id is that of the revision: the same revision written twice replaces no pod',
  },
  {
    id: '3.4.10',
    says: 'its labels and annotations become those of the target',
    tests: {
      [DEPLOYMENT]: ['the clone keeps what others put on it, but nothing of a template that is gone'],
    },
    differs: 'and what others put on it stays',
  },
  {
    id: '3.4.11',
    says: 'a target is scaled to nothing',
    tests: {
      [KINDS]: [
        'target kind Deployment scales the target under its version, up only from nothing and down only from something',
      ],
      'test/unit/controller/perform.test.ts': ['scaling a target …'],
    },
    differs: 'once, not with every look',
  },
  {
    id: '3.4.12',
    says: 'it keeps the replicas it has, wakes with those of the primary, with as few as its autoscaler allows, or else with one',
    tests: {
      [DEPLOYMENT]: ['waking the target …'],
      [AUTOSCALERS]: ['an autoscaled target …'],
      [KINDS]: [
        'target kind Deployment scales the target under its version, up only from nothing and down only from something',
      ],
    },
    mutants: ['M14: a target is woken with nothing'],
  },
  {
    id: '3.4.13',
    says: 'what it lacks to be ready is told in the known words, after whose it is',
    tests: {
      [READINESS]: ['a workload …'],
      [DEPLOYMENT]: ['readiness …'],
      [WORDING]: ['an event about {"kind":"not-ready"…'],
    },
  },
  {
    id: '3.4.14',
    says: 'one of which nothing is desired is never ready',
    tests: {
      [READINESS]: ['a workload of which nothing is desired is not'],
      [DEFECTS]: ['defects that must not come back M14: nobody desired is never ready'],
    },
    mutants: ['M14: nobody is desired, and that is ready'],
    differs: 'Flagger takes it for ready (M14)',
  },
];
