/** `serin install`: what a cluster needs, as YAML for kubectl. Offline. */
import { readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';

const HELP = `
Prints the CustomResourceDefinitions of Canary, MetricTemplate and AlertProvider. The controller applies them
itself where it may; where it may not, an administrator does:

    serin install --crds | kubectl apply --server-side -f -

Over the definitions of Flagger add --force-conflicts: the objects stay as they are, the definitions become ours.
`;

/** `crds` is the folder of our definitions. */
export function installCommand(crds: URL): Command {
  return new Command('install')
    .description('print what a cluster needs, as YAML for kubectl')
    .requiredOption('--crds', 'the CustomResourceDefinitions')
    .addHelpText('after', HELP)
    .action(() => {
      const files = readdirSync(crds).filter((name) => name.endsWith('.yaml'));
      const documents = files.sort().map((name) => readFileSync(new URL(name, crds), 'utf8').trimEnd());
      process.stdout.write(`${documents.join('\n---\n')}\n`);
    });
}
