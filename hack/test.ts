/**
 * `npm test`: every gate that needs no other machine. Types, lint and format first, since they are quick; then all
 * suites in one Jest run, so that its summary and one plain line are the last things printed.
 *
 * Arguments are handed to Jest: `npm test -- test/unit` runs one suite, `npm test -- -t 'weight'` one name.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const INTERRUPTED = 130;

const running = new Set<ChildProcess>();
const folder = mkdtempSync(join(tmpdir(), 'serin-test-'));
// What was started ends with us, and what it left behind goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    process.exit(INTERRUPTED);
  });
}
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function run(
  name: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  const began = Date.now();
  console.log(`\n▶ ${name}: ${command} ${args.join(' ')}`);
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  running.add(child);
  const passed = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
  running.delete(child);
  console.log(`${passed ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return passed;
}

const args = process.argv.slice(2);
const gates =
  args.length > 0
    ? [true]
    : [
        // The two that take longest keep a core each.
        ...(await Promise.all([
          run('types', 'tsc', ['-p', '.', '--noEmit']),
          run('lint', 'eslint', ['src', 'test', 'hack']),
        ])),
        await run('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
        await run('build', 'node', ['hack/build.ts']),
      ];

const report = join(folder, 'report.json');
const passed = await run('tests', 'jest', ['--json', '--outputFile', report, ...args], {
  NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules`,
});
if (!existsSync(report)) {
  console.log('Jest wrote no report, so nothing is known of the tests; see above');
  process.exit(passed ? 0 : 1);
}
const counts = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;

const failedGates = gates.filter((ok) => !ok).length;
if (failedGates > 0) console.log(`${failedGates} of types, lint, format, build failed; see above`);
const failed = (counts['numFailedTests'] ?? 0) + (counts['numRuntimeErrorTestSuites'] ?? 0) + failedGates;
const skipped = counts['numPendingTests'] ?? 0;
console.log(
  `${counts['numPassedTests']} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exit(passed && failedGates === 0 ? 0 : 1);
