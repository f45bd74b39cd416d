/**
 * `npm run mutants`: plants one fault at a time into a copy of the sources and runs the test registered for it, which
 * must fail. A survivor is a test that does not test what it says; a text that is not found is a stale entry.
 * `-- NAME…` runs those whose name holds a NAME.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from './mutants/list.ts';

const ROOT = join(import.meta.dirname, '..');
const CORES = 2;
const PATIENCE = 120_000;

/** A fault that only makes the search crash proves nothing. */
type Outcome = 'killed' | 'survived' | 'stale' | 'crashed';

const parts = process.argv.slice(2);
const queue = MUTANTS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
const total = queue.length;
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: CORES }, () => work()));
const killed = outcomes.filter((outcome) => outcome === 'killed').length;
console.log(`\n${killed} of ${total} killed`);
process.exitCode = killed === total && total > 0 ? 0 : 1;

async function work(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-mutant-'));
  try {
    for (const name of ['src', 'test', 'hack', 'package.json', 'jest.config.cjs', 'tsconfig.json'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const outcome = await tryOut(mutant, folder);
      outcomes.push(outcome);
      console.log(`${outcome.padEnd(9)} ${mutant.name}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function tryOut({ file, find, replace, test }: Mutant, folder: string): Promise<Outcome> {
  const path = join(folder, file);
  const original = readFileSync(path, 'utf8');
  if (original.split(find).length !== 2) return 'stale';
  writeFileSync(
    path,
    original.replace(find, () => replace),
  );
  try {
    if ('slice' in test) return judged(await run(['hack/simulation-one.ts', test.slice], folder), 3);
    const jest = ['node_modules/jest/bin/jest.js', '--silent', test.file, ...named(test.name)];
    return judged(await run(jest, folder), 1);
  } finally {
    writeFileSync(path, original);
  }
}

function judged(status: number | null, found: number): Outcome {
  if (status === 0) return 'survived';
  return status === found ? 'killed' : 'crashed';
}

function named(name: string | undefined): readonly string[] {
  return name === undefined ? [] : ['-t', name];
}

function run(args: readonly string[], cwd: string): Promise<number | null> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: 'ignore', timeout: PATIENCE });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code));
  });
}
