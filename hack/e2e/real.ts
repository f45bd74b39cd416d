/**
 * Goes to the real cluster: brings the images of this checkout there, where that is ours to do, and goes on with the
 * same command inside the cluster's network.
 */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openReal } from '../../test/e2e/suite/real/stage.ts';
import { command, uninstall } from '../../test/e2e/suite/real/install.ts';
import type { Cluster } from '../../test/e2e/suite/cluster.ts';
import { PLACE } from '../../test/e2e/suite/place.ts';
import type { Stage } from '../../test/e2e/suite/stage.ts';
import { clusterAccess } from '../cluster/access.ts';
import { objectionsTo, type Demands } from './foreign.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What is installed with charts, each in a namespace of its own. */
export const RELEASES = [{ name: 'serin', namespace: PLACE.serin }, PLACE.loadTester];
const IMAGES = ['serin', 'serin-loadtester'].map((name) => join(ROOT, `dist/images/${name}.tar`));
/** Set for the process that stands inside. */
const INSIDE = 'SERIN_E2E_INSIDE';

type Say = (line: string) => void;

/** Whether this process can reach the cluster as it is. */
export function isInside(): boolean {
  return process.env[INSIDE] !== undefined || isSomeonesOwn();
}

/** Whether the cluster is one that the caller's KUBECONFIG names: this process is no part of its network. */
export function isSomeonesOwn(): boolean {
  return process.env[INSIDE] === undefined && clusterAccess().kind === 'kubeconfig';
}

/** Whether another cluster is meant than the one that is made here. */
export function isElsewhere(): boolean {
  return process.env[INSIDE] === undefined && (process.env['KUBECONFIG'] ?? '') !== '';
}

/** Runs this very command again where the cluster can be reached; resolves with its exit status. */
export async function goInside(say: Say): Promise<number> {
  const access = clusterAccess();
  say(access.sentence);
  await bringImages(say);
  const [program = '', ...words] = access.inside([process.execPath, ...process.argv.slice(1)]);
  const env = { ...process.env, ...access.env, [INSIDE]: await buildWord() };
  return run(program, words, env);
}

/** `values` are laid over those that the suite installs the controller's chart with. */
export async function openRealStage(say: Say, values?: Readonly<Record<string, unknown>>): Promise<Stage> {
  const inside = process.env[INSIDE];
  const kubeconfig = inside === undefined ? await someonesOwn(say) : (process.env['KUBECONFIG'] ?? '');
  const stage = await openReal({
    kubeconfig,
    inside: inside !== undefined,
    build: inside ?? 'unknown',
    ...(values !== undefined && { values }),
    say,
  });
  return inside === undefined ? { ...stage, stop: () => leaveSomeonesOwn(stage, say) } : stage;
}

const DEMANDS: Demands = {
  own: /^e2e-/,
  needed: [
    { words: ['service', '-n', 'traefik', 'traefik'], sentence: 'users come through Traefik 3, on port 80' },
    { words: ['gateway', '-n', 'traefik', 'traefik'], sentence: 'HTTPRoutes are attached to it' },
    {
      words: ['service', '-n', 'monitoring', 'prometheus'],
      sentence: 'metrics are asked there, on port 9090',
    },
  ],
};

/** The kubeconfig. @throws all that speaks against it, with what would help */
async function someonesOwn(say: Say): Promise<string> {
  const { kubeconfig, sentence } = clusterAccess();
  say(`${sentence}; its nodes have to know the images of Serin and its load tester already`);
  const objections = await objectionsTo((...words) => command('kubectl', words), DEMANDS);
  if (objections.length > 0) throw new Error([...objections, HELP].join('\n'));
  return kubeconfig;
}

const HELP = 'CONTRIBUTING.md, "A cluster of yours", says what a cluster has to have';

/** Also after an interruption, when the scenarios have not taken down what is theirs. */
async function leaveSomeonesOwn(stage: Stage, say: Say): Promise<void> {
  const isOurs = (namespace: string): boolean => DEMANDS.own.test(namespace);
  say('removing what the scenarios made, Serin and its load tester; the definitions stay …');
  for (const { metadata } of await stage.cluster.readAll('Namespace'))
    if (isOurs(metadata.name)) await stage.cluster.remove('Namespace', { name: metadata.name });
  await untilGone(stage.cluster, isOurs);
  await stage.stop();
  for (const release of RELEASES) await uninstall(release);
}

const GONE_WITHIN = 90_000;

/** A namespace that is going takes nothing new, and a Canary in it may need its controller to go. */
export function untilGone(cluster: Cluster, isOurs: (namespace: string) => boolean): Promise<unknown> {
  return cluster.eventually(
    'everything is removed',
    async () => !(await cluster.readAll('Namespace')).some(({ metadata }) => isOurs(metadata.name)),
    { within: GONE_WITHIN },
  );
}

/** Built where they are missing, and loaded. */
async function bringImages(say: Say): Promise<void> {
  if (!IMAGES.every((file) => existsSync(file))) {
    say('building the images of this checkout (npm run images) …');
    await must('npm', ['run', '-s', 'images']);
  }
  for (const file of IMAGES) {
    say(`loading ${file} of ${new Date(statSync(file).mtimeMs).toISOString()} …`);
    await must(process.execPath, [join(ROOT, 'hack/cluster/main.ts'), 'load', file]);
  }
}

/** A word that changes with the images. */
async function buildWord(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of IMAGES) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

async function must(program: string, words: readonly string[]): Promise<void> {
  const status = await run(program, words, process.env, ['ignore', 2, 2]);
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with status ${status}`);
}

function run(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: 'inherit' | readonly ['ignore', 2, 2] = 'inherit',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: stdio === 'inherit' ? stdio : [...stdio], cwd: ROOT });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? 1);
    });
  });
}
