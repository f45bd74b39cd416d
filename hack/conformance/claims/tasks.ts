/** The load tester, path by path and task by task: 6.3. */
import type { Claim } from '../claim.ts';

const PROCESS = 'test/contract/load-tester.test.ts';
const TASKS = 'test/contract/load-tester-tasks.test.ts';
const RESULTS = 'test/contract/load-tester-reports.test.ts';
const FLAGS = 'test/unit/load-tester/flags.test.ts';
const INPUT = 'test/unit/load-tester/input.test.ts';
const CHARTS = 'test/contract/charts.test.ts';

export const LOAD_TESTER_LINES: readonly Claim[] = [
  {
    id: '6.3.1',
    says: 'flags are the known ones with their defaults: port 9090, an hour for a task, every namespace, JSON',
    tests: {
      [FLAGS]: ['flags F6.3 …', 'flags are taken with one dash or two, a blank or an equals sign'],
      [PROCESS]: ['with a shell F6.3 ends a command that takes too long, and what it started'],
      [TASKS]: ['type ngrinder F6.3 stops its test when its time is over'],
    },
    mutants: ['load tester: a task without an end'],
    differs: 'it logs from info on, not from debug (M61)',
  },
  {
    id: '6.3.2',
    says: 'told to stop, it answers first whoever waits, for up to a minute',
    tests: {
      [PROCESS]: [
        'the process F6.3 lets a running test finish when told to stop, and ends load nobody waits for',
      ],
    },
    lacks: 'that it is a minute: no test waits for so long',
  },
  {
    id: '6.3.3',
    says: 'its chart listens at 8080, behind a Service on port 80',
    tests: { [CHARTS]: ['the chart of the load tester listens at 8080 behind a Service on port 80'] },
  },
  {
    id: '6.3.4',
    says: '/healthz answers 200 and OK',
    tests: { [PROCESS]: ['without a shell F6.3 /healthz with …'] },
  },
  {
    id: '6.3.5',
    says: '/metrics is for Prometheus',
    tests: { [PROCESS]: ['without a shell counts its answers for Prometheus'] },
  },
  {
    id: '6.3.6',
    says: '/gate/approve answers 200 and OK, whatever is sent',
    tests: { [PROCESS]: ['without a shell F6.3 /gate/approve with …'] },
  },
  {
    id: '6.3.7',
    says: '/gate/halt answers 403 and Forbidden, whatever is sent',
    tests: { [PROCESS]: ['without a shell F6.3 /gate/halt with …'] },
  },
  {
    id: '6.3.8',
    says: '/gate/check answers 200 and Approved, or 403 and Forbidden for a gate that is closed or new',
    tests: { [PROCESS]: ['without a shell F6.3 keeps one gate per canary, closed until it is opened'] },
  },
  {
    id: '6.3.9',
    says: '/gate/open and /gate/close answer 202 and nothing',
    tests: { [PROCESS]: ['without a shell F6.3 keeps one gate per canary, closed until it is opened'] },
  },
  {
    id: '6.3.10',
    says: '/rollback/check answers 200 and Approved where a rollback is wanted, or 403 and Forbidden',
    tests: { [PROCESS]: ['without a shell F6.3 keeps rollback gates apart from gates'] },
  },
  {
    id: '6.3.11',
    says: '/rollback/open and /rollback/close answer 202',
    tests: { [PROCESS]: ['without a shell F6.3 keeps rollback gates apart from gates'] },
    mutants: ['load tester: a rollback gate opened by the other gate'],
  },
  {
    id: '6.3.12',
    says: 'every other path is a task',
    tests: {
      [PROCESS]: [
        'without a shell F6.3 /any/path with …',
        'without a shell F6.3 type cmd runs a hey line by itself and answers at once',
      ],
    },
  },
  {
    id: '6.3.13',
    says: 'no path looks at the method',
    tests: { [PROCESS]: ['without a shell F6.3 looks at no method'] },
  },
  {
    id: '6.3.14',
    says: 'a body that is not JSON is answered 400, a namespace that is not served 403, but where nothing is read',
    tests: {
      [PROCESS]: [
        'without a shell F6.3 /gate/check with "not JSON" answers 400',
        'without a shell F6.3 /gate/open with {"name":"podinfo","namespace":"prod"} answers 403',
        'without a shell F6.3 /gate/approve with {"name":"podinfo","namespace":"prod"} answers 200',
        'without a shell F6.3 / with {"name":"podinfo","namespace":"prod",…',
      ],
      [INPUT]: ['a payload …'],
    },
    differs: 'a body of more than a mebibyte is answered 413, and fields that are no text 400',
  },
  {
    id: '6.3.15',
    says: 'a Canary has one gate for all its gate hooks, and another for rollback',
    tests: {
      [PROCESS]: [
        'without a shell F6.3 keeps one gate per canary, closed until it is opened',
        'without a shell F6.3 keeps rollback gates apart from gates',
      ],
    },
    mutants: ['load tester: a rollback gate opened by the other gate'],
  },
  {
    id: '6.3.16',
    says: 'gates in memory are those of one process and of one life',
    tests: {
      [INPUT]: [
        'gates in memory are of one process: another one finds them closed',
        'gates in a folder are those of every replica that shares it',
      ],
      [PROCESS]: ['what outlives a restart M60 …'],
    },
    mutants: ['load tester: gates that a restart closes (M60)'],
    differs: 'with -gates-dir, as in the chart, they outlive it and replicas share them (M60)',
  },
  {
    id: '6.3.17',
    says: 'a task without metadata is answered 400, one without a type is a cmd',
    tests: {
      [PROCESS]: [
        'without a shell F6.3 / with {"name":"podinfo","namespace":"test"} answers 400',
        'without a shell F6.3 type cmd runs a hey line by itself and answers at once',
      ],
    },
  },
  {
    id: '6.3.18',
    says: 'cmd runs in sh, is answered 202 at once, 400 without a command, and its output is logged where asked',
    tests: {
      [PROCESS]: [
        'without a shell F6.3 /any/path with …',
        'without a shell F6.3 type cmd runs a hey line by itself and answers at once',
        'with a shell F6.3 logs the output of a command only when asked',
        'with a shell F10.6 load tester: a duplicate cmd for the same canary runs once',
      ],
      [RESULTS]: ['load that failed M60 …'],
    },
    mutants: ['load tester: load that fails, and nobody hears of it (M60)'],
    differs: 'without -allow-shell it has to be a hey, and what failed is told to the next call by 424 (M60)',
  },
  {
    id: '6.3.19',
    says: 'bash is waited for: 200, with its output where asked, or 500 with output and reason',
    tests: { [PROCESS]: ['with a shell F10.6 load tester: bash …'] },
    mutants: ['load tester: a failed acceptance test that passes'],
  },
  {
    id: '6.3.20',
    says: 'helm and helmv3 run helm with arguments split at blanks, and answer as bash does',
    tests: { [TASKS]: ['type helm F6.3 …', 'type helmv3 F6.3 …'] },
    mutants: ['load tester: helm and kubectl for everybody'],
    differs: 'only with -allow-shell (M60)',
  },
  {
    id: '6.3.21',
    says: 'kubectl runs with arguments split at blanks, and answers as bash does',
    tests: { [TASKS]: ['type kubectl F6.3 …'] },
    mutants: ['load tester: helm and kubectl for everybody'],
    differs: 'only with -allow-shell (M60)',
  },
  {
    id: '6.3.22',
    says: 'concord starts a process by a form and looks at it every 5 s for 30 s: 200 when it has finished, 500 else',
    tests: {
      [TASKS]: ['type concord F6.3 …', 'type concord F10.6 …', 'type concord M60 …'],
      'test/unit/load-tester/concord.test.ts': [
        'a process of Concord is looked at every five seconds, and given up after thirty',
      ],
    },
    mutants: [
      'load tester: a concord process without an argument',
      'load tester: a file of ours sent to anybody',
    ],
    differs: 'only with -allow-shell, as it reads a file (M60); CANCELLED and TIMED_OUT are ends too',
  },
  {
    id: '6.3.23',
    says: 'ngrinder starts a copy of a test, is answered 202, follows it to its end, and stops it when its time is over',
    tests: { [TASKS]: ['type ngrinder F6.3 …', 'type ngrinder F10.6 …', 'type ngrinder M60 …'] },
    mutants: [
      'load tester: an ngrinder test that failed and counts as finished',
      'load tester: an ngrinder test that goes on for ever',
    ],
  },
  {
    id: '6.3.24',
    says: 'what nobody waits for runs once at a time for a Canary, and the log says that it was skipped',
    tests: { [PROCESS]: ['with a shell F10.6 load tester: a duplicate cmd for the same canary runs once'] },
    mutants: ['load tester: the same load twice at a time'],
  },
  {
    id: '6.3.25',
    says: 'an unknown type is answered 400, "unknown task type"',
    tests: { [PROCESS]: ['without a shell M60 answers a task of the unknown type …'] },
    differs: 'it is answered, with the types there are, and kills nothing (M60)',
  },
  {
    id: '6.3.26',
    says: 'the image has the programs that commands rely on',
    tests: {
      'test/unit/images/recipe.test.ts': [
        'the image of the load tester has the programs that its documentation names, and what they need',
      ],
    },
    lacks:
      'ghz, git, grpc_health_probe, helm and kubectl are not in it; the documentation says how to add them',
  },
  {
    id: '6.3.27',
    says: 'the chart takes timeout, namespaces, permissions, annotations, disruption budget, Istio and App Mesh by their names, and anybody may call',
    tests: {
      [CHARTS]: ["values of Flagger's chart in loadtester …"],
      [PROCESS]: ['without a shell M60 …', 'with a token …'],
      [INPUT]: ['what has to be there when the process starts is neither where neither is named'],
    },
    mutants: ['load tester: a token nobody asks for (M60)', 'load tester: a shell for everybody (M60)'],
    differs:
      'a token can be asked for, and the shell is off until it is asked for (M60); App Mesh is taken without effect',
  },
];
