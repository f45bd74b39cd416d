/**
 * `npm run mutants`: plants one fault at a time into a copy of the sources and runs the test registered for it, which
 * must fail. A survivor is a test that does not test what it says; a text that is not found is a stale entry.
 * `-- NAME…` runs those whose id or description holds a NAME, `--part 1/2` the first of two halves.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { misused } from './arguments.ts';
import { MUTANTS } from './mutants/list.ts';
import { titleOf, type Mutant, type Proof } from './mutants/mutant.ts';

const ROOT = join(import.meta.dirname, '..');
const CORES = 2;
const COPIED = ['src', 'test', 'hack', 'charts', 'crds', 'package.json', 'jest.config.cjs', 'tsconfig.json'];
/** Of ms, for one test: a machine may have little to spare for it. */
const PATIENCE = 600_000;
const LAST_WORDS = 1_500;
/** How a search says that it has found something. */
const FOUND = 3;

/** A fault that only makes the test crash proves nothing; what it said at last is for whoever looks into it. */
type Outcome = 'killed' | 'survived' | 'stale' | { readonly crashed: string };

interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly lastWords: string;
}

const Report = z.object({ numFailedTests: z.number(), numRuntimeErrorTestSuites: z.number() });

const { part, names } = asked();
const chosen = MUTANTS.filter(
  (mutant, index) =>
    index % part.of === part.number - 1 &&
    (names.length === 0 || names.some((name) => isCalled(mutant, name))),
);
if (chosen.length === 0)
  misused(`no mutant is called ${names.join(' or ')}; there are ${MUTANTS.map(({ id }) => id).join(', ')}`);
const queue = [...chosen];
const outcomes = new Map<Mutant, Outcome>();
let printed = 0;
await Promise.all(Array.from({ length: CORES }, () => work()));
const killed = [...outcomes.values()].filter((outcome) => outcome === 'killed').length;
console.log(`\n${killed} of ${chosen.length} killed`);
process.exitCode = killed === chosen.length && killed > 0 ? 0 : 1;

interface Part {
  /** From 1 to `of`. */
  readonly number: number;
  readonly of: number;
}

function asked(): { readonly part: Part; readonly names: readonly string[] } {
  try {
    const options = { part: { type: 'string', default: '1/1' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [number = 0, of = 0] = values.part.split('/').map(Number);
    if (/^\d+\/\d+$/.test(values.part) && number >= 1 && number <= of)
      return { part: { number, of }, names: positionals };
    return misused(`--part is ${values.part}, allowed is a number of a number, such as 1/2`);
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

/** By its whole id, so that M1 is not M10, or by part of what it does. */
function isCalled({ id, what }: Mutant, part: string): boolean {
  return id === part || what.includes(part) || (!/\d$/.test(id) && id.includes(part));
}

async function work(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-mutant-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      outcomes.set(mutant, await tryOut(mutant, folder));
      print();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** In the order of the list, each as soon as all before it are known. */
function print(): void {
  for (let mutant = chosen[printed]; mutant !== undefined; mutant = chosen[printed]) {
    const outcome = outcomes.get(mutant);
    if (outcome === undefined) return;
    const word = typeof outcome === 'string' ? outcome : 'crashed';
    console.log(`${word.padEnd(9)} ${titleOf(mutant)}`);
    if (typeof outcome !== 'string') console.log(outcome.crashed.replace(/^/gm, '    '));
    printed += 1;
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
    return await put(test, folder);
  } finally {
    writeFileSync(path, original);
  }
}

async function put(test: Proof, folder: string): Promise<Outcome> {
  if ('slice' in test) {
    const number = test.invariant === undefined ? [] : [`${test.invariant}`];
    const ended = await run(['hack/simulation-one.ts', test.slice, ...number], folder);
    return ended.code === 0 ? 'survived' : ended.code === FOUND ? 'killed' : crashed(ended);
  }
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const name = test.name === undefined ? [] : ['-t', test.name];
  const ended = await run(
    [
      'node_modules/jest/bin/jest.js',
      '--silent',
      '--forceExit',
      '--json',
      '--outputFile',
      report,
      test.file,
      ...name,
    ],
    folder,
  );
  return judged(report) ?? crashed(ended);
}

/** Undefined for a suite that could not even be loaded: it has tested nothing, whatever its exit status. */
function judged(report: string): Outcome | undefined {
  let read: z.infer<typeof Report>;
  try {
    read = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return undefined;
  }
  if (read.numRuntimeErrorTestSuites > 0) return undefined;
  return read.numFailedTests > 0 ? 'killed' : 'survived';
}

function crashed({ code, lastWords }: Ended): Outcome {
  const how = code === null ? `ended after ${PATIENCE / 1000} s, or by a signal` : `exit status ${code}`;
  return { crashed: `${how}\n${lastWords.trim()}` };
}

function run(args: readonly string[], cwd: string): Promise<Ended> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  };
  return new Promise((resolve, reject) => {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(process.execPath, args, { cwd, env, stdio, timeout: PATIENCE });
    let lastWords = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => (lastWords = (lastWords + text).slice(-LAST_WORDS)));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, lastWords }));
  });
}
