/**
 * `npm test`: every gate that needs no other machine. Types, lint and format first, since they are quick; then all
 * suites in one Jest run, so that its summary and one plain line are the last things printed.
 *
 * Arguments are handed to Jest: `npm test -- test/unit` runs one suite, `npm test -- -t 'weight'` one name.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

function run(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const began = Date.now();
  console.log(`\n▶ ${name}: ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return status === 0;
}

const args = process.argv.slice(2);
const gates =
  args.length > 0
    ? [true]
    : [
        run('types', 'tsc', ['-p', '.', '--noEmit']),
        run('lint', 'eslint', ['src', 'test', 'hack']),
        run('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
        run('build', 'node', ['hack/build.ts']),
      ];

const folder = mkdtempSync(join(tmpdir(), 'serin-test-'));
const report = join(folder, 'report.json');
const passed = run('tests', 'jest', ['--json', '--outputFile', report, ...args], {
  NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules`,
});
const counts = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
rmSync(folder, { recursive: true });

const failedGates = gates.filter((ok) => !ok).length;
if (failedGates > 0) console.log(`${failedGates} of types, lint, format, build failed; see above`);
const failed = (counts['numFailedTests'] ?? 0) + (counts['numRuntimeErrorTestSuites'] ?? 0) + failedGates;
const skipped = counts['numPendingTests'] ?? 0;
console.log(
  `${counts['numPassedTests']} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exit(passed && failedGates === 0 ? 0 : 1);
