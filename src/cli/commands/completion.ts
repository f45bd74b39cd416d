/** `serin completion`: a script that teaches a shell what can come next; and `serin __complete`, which it asks. */
import { Argument, Command } from 'commander';
import { millis } from '../../shared/brand.ts';
import { listAll, listCanaries } from '../cluster/canaries.ts';
import { inCluster, type ClusterOptions, type Session } from '../cluster/session.ts';
import { complete, valueOf, type Candidate, type Wanted } from '../completion/candidates.ts';
import { SCRIPTS, SHELLS, type Shell } from '../completion/scripts.ts';

const HELP = `
Commands, options and their values are completed, and the names of Canaries and namespaces, which are asked of the
cluster.

  bash   source <(serin completion bash)                                  in ~/.bashrc
  zsh    source <(serin completion zsh)                                   in ~/.zshrc, after compinit
  fish   serin completion fish > ~/.config/fish/completions/serin.fish

For kubectl serin put a link to this program with the name kubectl_complete-serin on the PATH, beside the one named
kubectl-serin: kubectl asks it.
`;

/** The word by which the scripts ask. */
export const ASK = '__complete';

/** Whoever presses a key does not wait for a cluster that does not answer. */
const PATIENCE = millis(3_000);
/** For kubectl: that no file is meant, or that one may be. */
const DIRECTIVES = { none: ':4', file: ':0' } as const;

/** `finish` receives the exit status. */
export function completionCommand(finish: (status: number) => void): Command {
  return new Command('completion')
    .description('print what makes a shell complete this command line')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell]);
      finish(0);
    });
}

/** Answers what a shell asks: the words typed so far, the last of them unfinished. */
export async function answerShell(
  program: Command,
  words: readonly string[],
  asker: 'shell' | 'kubectl',
): Promise<void> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? '';
  const { candidates, wanted, namespace } = complete(program, before, typed);
  const known = await namesOf(wanted, before, namespace);
  const found = [...candidates, ...known.filter(({ value }) => value.startsWith(typed))];
  const lines = found.map(({ value, description }) =>
    description === '' ? value : `${value}\t${description}`,
  );
  const file = wanted === 'file';
  if (asker === 'kubectl') lines.push(file ? DIRECTIVES.file : DIRECTIVES.none);
  else if (file) lines.push(':file');
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Names in the cluster; none where it does not answer. */
async function namesOf(
  wanted: Wanted | undefined,
  words: readonly string[],
  namespace: string | undefined,
): Promise<readonly Candidate[]> {
  if (wanted !== 'canary' && wanted !== 'namespace') return [];
  const options: ClusterOptions = {
    ...given('kubeconfig', valueOf(words, '--kubeconfig')),
    ...given('context', valueOf(words, '--context')),
    ...given('namespace', namespace),
  };
  let found: readonly Candidate[] = [];
  await inCluster(
    options,
    async (session) => {
      const signal = AbortSignal.any([session.signal, AbortSignal.timeout(PATIENCE)]);
      found = await lookUp({ ...session, signal }, wanted);
      return 0;
    },
    { quiet: true },
  ).catch(() => 1);
  return found;
}

async function lookUp(session: Session, wanted: 'canary' | 'namespace'): Promise<readonly Candidate[]> {
  const { namespace } = session;
  const objects =
    wanted === 'canary' ? await listCanaries(session, { namespace }) : await listAll(session, NAMESPACES);
  return objects.map(({ metadata: { name } }) => ({ value: name, description: '' }));
}

const NAMESPACES = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  metadataOnly: true,
} as const;

function given(name: keyof ClusterOptions, value: string | undefined): ClusterOptions {
  return value === undefined ? {} : { [name]: value };
}
