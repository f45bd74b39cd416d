/** How a target is cloned, judged and configured, and what scales it. */
import type { Claim } from '../claim.ts';

const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';
const KNATIVE = 'test/unit/targets/knative-service.test.ts';
const CONFIG = 'test/unit/targets/tracked-config.test.ts';
const AUTOSCALERS = 'test/unit/targets/autoscalers.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const KINDS = 'test/contract/targets.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const READINESS = 'test/unit/core/readiness.test.ts';

export const TARGETS: readonly Claim[] = [
  {
    id: '10.4.1',
    says: 'the primary is selected by the value of the target’s label, whatever the Deployment is called',
    tests: {
      [DEPLOYMENT]: [
        'the selector is the first known label the target is selected by, whatever the Deployment is called',
        'the clone is selected by a label of its own',
      ],
    },
    mutants: ['drop-in: a primary selected by the name of its Deployment (10.4.1)'],
  },
  {
    id: '10.4.2',
    says: 'annotations of Flux do not come along to the primary',
    tests: {
      [DEPLOYMENT]: [
        'the clone has the labels that are to be copied, and annotations but for those of Flux and kubectl',
      ],
    },
    mutants: ['drop-in: annotations of Flux on the primary (10.4.2)'],
  },
  {
    id: '10.4.3',
    says: 'a promotion copies image, labels and annotations that are to be copied, configuration, and rules about neighbours',
    tests: {
      [DEPLOYMENT]: [
        'the clone is selected by a label of its own',
        'the clone has the labels that are to be copied, and annotations but for those of Flux and kubectl',
        'the clone takes over how the target is rolled out',
        'the clone keeps its pods from its own kind, and from others as before',
        'the clone keeps what others put on it, but nothing of a template that is gone',
      ],
      [CONFIG]: ['tracked configuration is copied for the primary, which refers to the copies'],
    },
    mutants: ['drop-in: a primary that is rolled out in its own way (10.4.3)'],
  },
  {
    id: '10.4.4',
    says: 'rules about other apps stay as they are',
    tests: { [DEPLOYMENT]: ['the clone keeps its pods from its own kind, and from others as before'] },
    mutants: ['drop-in: rules about others speak of the primary (10.4.4)'],
  },
  {
    id: '10.4.5',
    says: 'without tracking no configuration is copied and none renamed',
    tests: { [CONFIG]: ['tracked configuration is not tracked where the controller is told so'] },
    mutants: ['drop-in: configuration that nobody wants tracked (10.4.5)'],
  },
  {
    id: '10.4.6',
    says: 'a changed target is new, one put back to what is promoted is not, a third one is new',
    tests: {
      [KINDS]: [
        'target kind Deployment keeps its revision through an upgrade of the cluster',
        'target kind Deployment keeps its revision through its own scaling',
        'target kind DaemonSet keeps its revision through an upgrade of the cluster',
        'target kind DaemonSet keeps its revision through its own scaling',
      ],
      [DECIDE]: [
        'at rest …',
        'in the middle of a run at 20% a newer revision starts over',
        'in the middle of a run at 20% a revert cancels',
      ],
      'test/scenario/going-back.test.ts': [
        'going back a failed revision applied again after a revert starts a run',
        'going back a failed revision applied again as it is starts nothing',
      ],
      [DEFECTS]: ['defects that must not come back M10: a revert in the middle of a run cancels it'],
    },
    mutants: ['M10: a revert that is analysed'],
  },
  {
    id: '10.4.7',
    says: 'a target that is given back gets as many replicas as the primary has, or one without a primary',
    tests: {
      [DEPLOYMENT]: [
        'the target of a Canary that goes gets as many replicas as the primary has, where it has 0',
        'waking the target M14: gives it as many as were kept where the primary is gone, and one where nothing is',
      ],
    },
    mutants: ['M14: a target is woken with nothing'],
  },
  {
    id: '10.4.8',
    says: 'what a Deployment still lacks is told in the known words; only a deadline makes it hopeless; half of the pods are enough where the user says so',
    tests: {
      [READINESS]: ['a workload …'],
      [DEPLOYMENT]: ['readiness asks for the percentage the user wants', 'readiness is hopeless …'],
      'test/unit/core/wording.test.ts': [
        'an event about {"kind":"rolled-back","reason":{"kind":"stuck","workload":"target","detail":"0 of 2"}}',
      ],
      [DEFECTS]: ['defects that must not come back M14: nobody desired is never ready'],
    },
    mutants: ['M14: nobody is desired, and that is ready'],
  },
  {
    id: '10.4.9',
    says: 'and what a DaemonSet lacks, with a deadline and thresholds as well',
    tests: { [DAEMONSET]: ['a DaemonSet is ready …', 'the deadline of a DaemonSet (M12) …'] },
    mutants: ['DaemonSet: its deadline runs on while pods come up (M12)'],
    differs: 'the deadline counts from when it last came further (M12)',
  },
  {
    id: '10.4.10',
    says: 'a DaemonSet is parked by a node selector, which is no part of its revision',
    tests: { [DAEMONSET]: ['a DaemonSet is parked …'] },
    mutants: ['DaemonSet: what parks the target reaches the primary (M13)'],
  },
  {
    id: '10.4.11',
    says: 'a DaemonSet is cloned and promoted like a Deployment',
    tests: { [DAEMONSET]: ['a DaemonSet is cloned …'], [KINDS]: ['target kind DaemonSet …'] },
    mutants: ['drop-in: a DaemonSet that is rolled out in its own way (10.4.11)'],
  },
  {
    id: '10.4.12',
    says: 'the status has phase, failed checks and the configuration that is tracked, each written without the others',
    tests: {
      'test/unit/api/status.test.ts': [
        'the memory of a rollout comes back as it was written, whatever was written before',
        'the memory of a rollout leaves alone what others wrote into the status',
        'the memory of a rollout says in the fields everybody reads where the rollout stands',
      ],
    },
    mutants: ['drop-in: failed checks that nobody writes down (10.4.12)'],
  },
  {
    id: '10.4.13',
    says: 'configuration in env, envFrom, volumes, projections and init containers is copied; opted out, optional and missing ones are dealt with',
    tests: {
      [CONFIG]: ['tracked configuration …', 'a configuration that is missing …'],
    },
    mutants: ['drop-in: configuration of init containers (10.4.13)'],
  },
  {
    id: '10.4.14',
    says: 'a copy that two Canaries share has both for owners, one of them in control',
    tests: {
      [CONFIG]: ['copies shared by two Canaries serve both: one controls them, each reads its own revision'],
    },
    mutants: ['drop-in: two who control one copy (10.4.14)'],
  },
  {
    id: '10.4.15',
    says: 'an annotation whose value begins with disable turns tracking off',
    tests: {
      [CONFIG]: [
        'tracked configuration is left alone where its owner opted out, where it is a credential of the cluster, and where it is not there',
      ],
    },
    mutants: ['drop-in: tracking that is turned off by one word alone (10.4.15)'],
  },
  {
    id: '10.4.16',
    says: 'an HPA that is missing is an error; its copy has its metrics and bounds, or the bounds of the Canary',
    tests: {
      [AUTOSCALERS]: [
        'the HPA of a primary cannot be made of what is not there',
        'the HPA of a primary says what the target’s says, about the primary',
        'the HPA of a primary follows the target’s at once: …',
        'the HPA of a primary has bounds of its own where the Canary names some',
      ],
    },
    mutants: ['autoscaler: fields newer than this program are dropped (M56)'],
    differs: 'edits reach the copy at once (M64)',
  },
  {
    id: '10.4.17',
    says: 'a ScaledObject is copied for the primary with its queries about it, and paused for the target',
    tests: {
      'test/unit/targets/scaled-object.test.ts': [
        'the ScaledObject of a primary …',
        'a ScaledObject is paused at nothing, and resumed …',
      ],
    },
    mutants: [
      'autoscaler: a copy that is paused with the original',
      'autoscaler: a copy that asks about the canary',
      'autoscaler: at rest although KEDA may wake it',
    ],
  },
  {
    id: '10.4.18',
    says: 'a Knative Service is initialized, shifted and promoted by the traffic in its own spec',
    tests: {
      [KNATIVE]: ['target kind KnativeService …', 'a revision of a Knative Service …'],
      'test/unit/traffic/knative.test.ts': ['a Knative Service …', 'a Knative Service whose Canary goes …'],
      'test/unit/api/canary.test.ts': ['what cannot be followed as a Knative Service …'],
      'test/scenario/knative.test.ts': [
        'a Knative Service with a Canary …',
        'a controller that dies around a write of its …',
      ],
    },
    mutants: ['Knative'],
    differs:
      'a revision that is not ready for progressDeadlineSeconds ends the run, and a Canary that goes leaves requests to what was promoted',
  },
  {
    id: '10.4.19',
    says: 'labels are copied by one prefix, several, all with a star, none without',
    tests: { [DEPLOYMENT]: ['labels of a clone with the prefixes …'] },
    mutants: ['drop-in: labels by their whole name alone (10.4.19)'],
  },
  {
    id: '10.4.20',
    says: 'of the labels of the pods only the one they are selected by is another',
    tests: { [DEPLOYMENT]: ['labels of a clone differ from the target’s in the one it is selected by'] },
    mutants: ['drop-in: a primary with no label but one (10.4.20)'],
  },
];
