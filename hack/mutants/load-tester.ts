/** Faults in the load tester: what it answers, to whom, and what it keeps. */
import type { Fault, Mutant } from './mutant.ts';

const TASKS = 'test/contract/load-tester-tasks.test.ts';
const REPORTS = 'test/unit/load-tester/reports.test.ts';
const RESULTS = 'test/contract/load-tester-reports.test.ts';
const PROCESS = 'test/contract/load-tester.test.ts';
const INPUT = 'test/unit/load-tester/input.test.ts';
const RUNNER = 'src/load-tester/runner.ts';

function breaks(what: string, file: string, name: string | undefined, fault: Fault): Mutant {
  return { id: 'load tester', what, test: { file, ...(name !== undefined && { name }) }, ...fault };
}

export const LOAD_TESTER_MUTANTS: readonly Mutant[] = [
  breaks('a failed acceptance test that passes', PROCESS, 'F10.6 load tester: bash', {
    file: RUNNER,
    find: 'return { status: 500, body: `${withoutCredentials(',
    replace: 'return { status: 200, body: `${withoutCredentials(',
  }),
  breaks('the same load twice at a time', PROCESS, 'F10.6 load tester: a duplicate cmd', {
    file: RUNNER,
    find: 'if (this.#unattended.has(key)) {',
    replace: 'if (this.#unattended.has(key) && this.#running > 9) {',
  }),
  breaks('load that fails, and nobody hears of it (M60)', RESULTS, 'M60 fails the next check', {
    file: RUNNER,
    find: 'if (failure !== undefined && !isTrue(',
    replace: "if (failure === 'never' && !isTrue(",
  }),
  breaks('a failure that is tried again until it is gone', RESULTS, 'M60 fails the next check', {
    file: RUNNER,
    find: 'return { status: 424,',
    replace: 'return { status: 500,',
  }),
  breaks('credentials of a command in the events of its Canary', RESULTS, 'M60 is told for any command', {
    file: RUNNER,
    find: 'if (failure !== undefined) this.#reports.failed(key, { checksum: order.checksum, reason: failure });',
    replace:
      'if (failure !== undefined) this.#reports.failed(key, { checksum: order.checksum, reason: `${failure}: ${order.job.title}` });',
  }),
  breaks(
    'a failure that is kept from those who asked for it only',
    RESULTS,
    'is not told where it is to be ignored',
    {
      file: RUNNER,
      find: "isTrue(metadata['ignoreFailure'])",
      replace: "isTrue(metadata['ignoreFailures'])",
    },
  ),
  breaks('a failure told to another revision', REPORTS, 'is not told to another revision', {
    file: 'src/load-tester/reports.ts',
    find: 'goesOn && last?.failure?.checksum === checksum',
    replace: 'goesOn && last?.failure',
  }),
  breaks('a failure told to a later run', REPORTS, 'is not told to a later run', {
    file: 'src/load-tester/reports.ts',
    find: 'const goesOn = pause !== undefined && pause <= patience;',
    replace: 'const goesOn = pause !== undefined && pause <= patience * 9;',
  }),
  breaks('a failure told over and over', REPORTS, 'is told once', {
    file: 'src/load-tester/reports.ts',
    find: '{ at, pace, failure: undefined }',
    replace: '{ at, pace, failure: last?.failure }',
  }),
  breaks('a hey without answers that succeeds', INPUT, 'without any answer', {
    file: 'src/load-tester/tasks/judge.ts',
    find: 'if (answers === 0)',
    replace: 'if (answers === 0 && !isHey)',
  }),
  breaks('tasks without number', RESULTS, 'run, others are refused', {
    file: RUNNER,
    find: 'return this.#running >= this.#options.maxTasks;',
    replace: 'return this.#running > this.#options.maxTasks;',
  }),
  breaks('a task without an end', TASKS, 'F6.3 stops its test', {
    file: RUNNER,
    find: '() => stop.abort(new Error(`stopped after',
    replace: '() => String(new Error(`stopped after',
  }),
  breaks('gates that a restart closes (M60)', PROCESS, 'M60 gates that were opened', {
    file: 'src/load-tester/gates.ts',
    find: 'return ok(gatesIn(folder));',
    replace: 'return ok(gatesInMemory());',
  }),
  breaks('a rollback gate opened by the other gate', PROCESS, 'F6.3 keeps rollback gates apart', {
    file: 'src/load-tester/gates.ts',
    find: 'return `${kind}/${namespace}/${name}`;',
    replace: 'return `gate/${namespace}/${name.slice(kind.length * 0)}`;',
  }),
  breaks('a gate that is a path', INPUT, undefined, {
    file: 'src/load-tester/gates.ts',
    find: 'name.length > 253 || !NAME.test(name)',
    replace: 'name.length > 253',
  }),
  breaks('a token nobody asks for (M60)', PROCESS, 'with a token', {
    file: 'src/load-tester/server.ts',
    find: "if (path === '/metrics') return",
    replace: "if (path.startsWith('/gate')) return ignoring(request, OK);\n  if (path === '/metrics') return",
  }),
  breaks('any token that is good enough (M60)', PROCESS, 'with a token', {
    file: 'src/load-tester/token.ts',
    find: 'return timingSafeEqual(digest(token), digest(shown));',
    replace: 'return timingSafeEqual(digest(token), digest(token)) || shown === token;',
  }),
  breaks('a shell for everybody (M60)', PROCESS, 'without a shell', {
    file: 'src/load-tester/tasks/commands.ts',
    find: 'if (tools.allowShell && (',
    replace: 'if (tools.heyInstalled || (',
  }),
  breaks('helm and kubectl for everybody', TASKS, 'F6.3 wants a cmd', {
    file: 'src/load-tester/tasks/commands.ts',
    find: 'if (!allowShell) return forbid',
    replace: 'if (!allowShell && file === "") return forbid',
  }),
  breaks('a file of ours sent to anybody', TASKS, 'M60 sends no file', {
    file: 'src/load-tester/tasks/concord.ts',
    find: 'if (!tools.allowShell) return forbid',
    replace: "if (tools.allowShell && org === '') return forbid",
  }),
  breaks('a concord process without an argument', TASKS, 'type concord', {
    file: 'src/load-tester/tasks/concord.ts',
    find: "(metadata[key] ?? '') === ''",
    replace: "(metadata[key] ?? '') === 'none'",
  }),
  breaks('an ngrinder test that failed and counts as finished', TASKS, 'M60 ngrinder', {
    file: 'src/load-tester/tasks/ngrinder.ts',
    find: "if (status === 'FINISHED')",
    replace: "if (status === 'FINISHED' || status === 'STOP_BY_ERROR')",
  }),
  breaks('an ngrinder test that goes on for ever', TASKS, 'F6.3 stops its test', {
    file: 'src/load-tester/tasks/ngrinder.ts',
    find: 'if (id !== undefined) await call',
    replace: 'if (id === -1) await call',
  }),
];
