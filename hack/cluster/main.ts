/** `npm run cluster -- …`: a real one-node Kubernetes on this machine. */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { clusterAccess, kubectlProgram } from './access.ts';
import { buildAll, isBuilt, program } from './build.ts';
import { COMPONENTS, isComponent } from './components.ts';
import { down } from './down.ts';
import { FAULTS, inflict, isFault } from './faults.ts';
import { HELP } from './help.ts';
import { loadImage } from './images.ts';
import { runningAnchor } from './kubectl.ts';
import { locked } from './lock.ts';
import { ADD_ONS, CORE, HELM_BUILD } from './pins.ts';
import { missingPrerequisites, thisMachine } from './prerequisites.ts';
import { say, step } from './progress.ts';
import { outcome } from './run.ts';
import { status } from './status.ts';
import { up } from './up.ts';

/** A mistake on the command line, as a sentence. */
class Misuse extends Error {}

async function main([command = '--help', ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'up':
      return upWith(args);
    case 'down':
      none(args);
      await locked(down);
      return 0;
    case 'status':
      none(args);
      return status();
    case 'build':
      none(args);
      await require(true);
      await buildAll([...CORE, ...ADD_ONS]);
      return 0;
    case 'load':
      return load(args);
    case 'fault':
      return fault(args);
    case 'kubectl':
      return inside((access) => [kubectlProgram(access), ...args]);
    case 'helm':
      await buildAll([HELM_BUILD]);
      return inside(() => [program(HELM_BUILD, 'helm'), ...args]);
    case 'exec':
      if (args.length === 0) throw new Misuse('exec needs a command to run inside the cluster');
      return inside(() => args);
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return 0;
    default:
      throw new Misuse(`there is no command ${command}`);
  }
}

async function upWith(args: readonly string[]): Promise<number> {
  const bare = args.includes('--bare');
  none(args.filter((arg) => arg !== '--bare'));
  if (process.env['KUBECONFIG'] !== undefined) {
    say('KUBECONFIG is set: suites will use the cluster it names; this one is used where it is unset');
  }
  await require([...CORE, ...(bare ? [] : ADD_ONS)].some((build) => !isBuilt(build)));
  await locked(() => up({ bare }));
  return 0;
}

/** @throws with all that is missing at once */
async function require(building: boolean): Promise<void> {
  const go = building ? await outcome(['go', 'version']) : undefined;
  const version = go?.code === 0 ? go.stdout : undefined;
  const missing = missingPrerequisites(thisMachine(version, building));
  if (missing.length > 0) throw new Error(missing.join('\n'));
}

async function load(args: readonly string[]): Promise<number> {
  if (args.length === 0)
    throw new Misuse('load needs a docker-archive, or the name of one below dist/images');
  const anchor = runningAnchor();
  for (const image of args) {
    say((await step(`loading ${basename(image)}`, () => loadImage(anchor, image))).trim());
  }
  return 0;
}

async function fault([word = '', component = '', ...more]: readonly string[]): Promise<number> {
  if (!isFault(word)) throw new Misuse(`fault needs one of ${FAULTS.join(', ')}; found "${word}"`);
  if (!isComponent(component)) {
    throw new Misuse(`fault ${word} needs one of ${COMPONENTS.join(', ')}; found "${component}"`);
  }
  none(more);
  await locked(() => inflict(word, component));
  return 0;
}

/** Runs a command where the cluster can be reached, as if it had been called directly. */
function inside(
  commandFor: (access: ReturnType<typeof clusterAccess>) => readonly string[],
): Promise<number> {
  const access = clusterAccess();
  const [name = '', ...args] = access.inside(commandFor(access));
  const child = spawn(name, args, { stdio: 'inherit', env: { ...process.env, ...access.env } });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function none(args: readonly string[]): void {
  if (args.length > 0) throw new Misuse(`nobody asked for ${args.join(' ')}`);
}

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  say(error.message);
  if (error instanceof Misuse) say('npm run cluster -- --help explains');
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
