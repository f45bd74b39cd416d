/**
 * `npm run conformance -- [--only ID] [--mutants] [--json]`: what webhooks and events say, every behaviour that people who come
 * from Flagger rely on and every defect they are rid of, one to a line, with the test that holds it. The tests are run, one
 * Jest run over their files.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { misused, optionsOf } from './arguments.ts';
import { CLAIMS } from './conformance/claims.ts';
import { claimsCalled, filesOf, type Claim } from './conformance/claim.ts';
import { lineOf, objectOf, sentenceOf, totalsOf, type Killed } from './conformance/report.ts';
import { judge, type Line, type TestResult } from './conformance/verdict.ts';
import { MUTANTS } from './mutants/list.ts';

const USAGE = `npm run conformance -- [--only ID[,ID…]] [--mutants] [--json]

One line for everything that is known of states and workloads, of webhooks, the load tester and events, for every behaviour
of the compatibility checklist, and for every known defect: whether it holds, its number, what is claimed, the tests that
hold it, the planted faults these tests die of, and what differs on purpose or is missing.
Exit status: 0 if everything claimed holds, 1 if a test fails, is missing or is skipped, or a fault survives.

  --only      these claims alone: M12, or 2.4 for all of 2.4
  --mutants   plants the faults as well, which takes a quarter of an hour for all
  --json      the last line is one JSON object
`;
const ROOT = join(import.meta.dirname, '..');
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

const options = optionsOf({
  only: { type: 'string' },
  mutants: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
});
process.exitCode = options.help ? help() : await main();

function help(): number {
  console.log(USAGE);
  return 0;
}

async function main(): Promise<number> {
  const claims = chosen();
  const lines = judge(claims, await tested(filesOf(claims)), MUTANTS);
  const killed = options.mutants ? await planted(lines) : {};
  for (const line of lines) console.log(lineOf(line, killed));
  const totals = totalsOf(lines);
  console.log(`\n${sentenceOf(totals)}`);
  const survivors = Object.entries(killed).filter(([, outcome]) => outcome !== 'killed');
  for (const [title, outcome] of survivors) console.log(`${outcome}: ${title}`);
  if (options.json) console.log(JSON.stringify(objectOf(lines, killed)));
  return totals.failed === 0 && survivors.length === 0 ? 0 : 1;
}

function chosen(): readonly Claim[] {
  if (options.only === undefined) return CLAIMS;
  const claims = claimsCalled(CLAIMS, options.only.split(','));
  return claims.length > 0 ? claims : misused(`no claim is called ${options.only}; they are 2.1.1 to M66`);
}

async function tested(files: readonly string[]): Promise<readonly TestResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-conformance-'));
  const report = join(folder, 'report.json');
  try {
    const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
    await run([jest, '--silent', '--json', '--outputFile', report, '--runTestsByPath', ...files]);
    const { testResults } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
    for (const { name, message, assertionResults } of testResults)
      if (assertionResults.length === 0) console.error(`${name} could not be run:\n${message}`);
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status }) => ({
        file: relative(ROOT, name),
        name: fullName,
        status,
      })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each under its title, with what `npm run mutants` says of it. */
async function planted(lines: readonly Line[]): Promise<Killed> {
  const chosen = new Set(lines.flatMap(({ mutants }) => mutants).map(({ id, what }) => what || id));
  const said = await run([join(ROOT, 'hack', 'mutants.ts'), ...chosen]);
  return Object.fromEntries(
    said.split('\n').flatMap((line) => {
      const [, outcome, title] = /^(killed|survived|stale|crashed)\s+(.+)$/.exec(line) ?? [];
      return outcome === undefined || title === undefined ? [] : [[title, outcome]];
    }),
  );
}

/** What a program of ours prints; whatever it says of failures is in there. */
function run(args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules`,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(parts).toString('utf8')));
  });
}
