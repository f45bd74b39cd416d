/**
 * `npm test`: every gate that needs no other machine. All suites in one Jest run; types, lint and format beside it, with
 * what it leaves idle. What they say is kept until it has ended, so that its summary stays whole and one plain line is
 * the last thing printed.
 *
 * Arguments are handed to Jest: `npm test -- test/unit` runs one suite, `npm test -- -t 'weight'` one name.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
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

interface Ended {
  readonly passed: boolean;
  /** What it printed, where that was kept. */
  readonly said: string;
}

/** Prints as it goes, or keeps what it says. */
async function run(
  [name, command, ...words]: readonly [name: string, command: string, ...words: string[]],
  how: 'aloud' | 'beside',
): Promise<Ended> {
  const began = Date.now();
  if (how === 'aloud') console.log(`\n▶ ${name}: ${command} ${words.join(' ')}`);
  const env = { ...process.env, NODE_OPTIONS: how === 'aloud' ? JEST_OPTIONS : process.env['NODE_OPTIONS'] };
  const child = spawn(command, words, { cwd: ROOT, env, stdio: how === 'aloud' ? 'inherit' : 'pipe' });
  running.add(child);
  if (how === 'beside' && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => (said += part));
  const passed = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  running.delete(child);
  const line = `${passed ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`;
  if (how === 'aloud') console.log(line);
  return { passed, said: `${said}${line}` };
}

const JEST_OPTIONS = `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules`;
const args = process.argv.slice(2);
const whole = args.length === 0;

/** One after the other, since each takes a core. */
async function others(): Promise<readonly Ended[]> {
  return [
    await run(['types', 'tsc', '-p', '.', '--noEmit'], 'beside'),
    await run(['lint', 'eslint', 'src', 'test', 'hack'], 'beside'),
    await run(['format', 'prettier', '--check', '--log-level', 'warn', '.'], 'beside'),
  ];
}

const report = join(folder, 'report.json');
// What the suites start is built before them.
const built = whole ? [await run(['build', 'node', 'hack/build.ts'], 'aloud')] : [];
const [{ passed }, beside] = await Promise.all([
  run(['tests', 'jest', '--json', '--outputFile', report, ...args], 'aloud'),
  whole ? others() : [],
]);
for (const { said } of beside) console.log(said);
const failedGates = [...built, ...beside].filter((gate) => !gate.passed).length;
if (!existsSync(report)) {
  console.log('Jest wrote no report, so nothing is known of the tests; see above');
  process.exit(passed ? 0 : 1);
}
const counts = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;

if (failedGates > 0) console.log(`${failedGates} of types, lint, format, build failed; see above`);
const failed = (counts['numFailedTests'] ?? 0) + (counts['numRuntimeErrorTestSuites'] ?? 0) + failedGates;
const skipped = counts['numPendingTests'] ?? 0;
console.log(
  `${counts['numPassedTests']} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exit(passed && failedGates === 0 ? 0 : 1);
