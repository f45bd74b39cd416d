/** `serin install`: what a cluster needs, as YAML for kubectl. Offline. */
import { readdirSync, readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import type { KubeObject } from '../../api/objects.ts';
import { providerNames, resolveTraffic } from '../../traffic/registry.ts';
import { installation } from '../install/manifests.ts';
import { beyondNamespaces } from '../install/rules.ts';

const HELP = `
Prints everything an installation consists of: the definitions of Canary, MetricTemplate and AlertProvider, a
namespace, and in it the controller with the permissions it needs and no others.

    serin install --provider istio --metrics-server http://prometheus.istio-system:9090 \\
      | kubectl apply --server-side -f -

The controller brings the definitions up to date itself, unless it looks at one namespace only. Then, and where it
may not, an administrator does:

    serin install --crds | kubectl apply --server-side -f -

Over the definitions of Flagger add --force-conflicts: the objects stay as they are, the definitions become ours.
For anything else that can be set, use the Helm chart.
`;

interface InstallOptions {
  readonly crds: boolean;
  readonly namespace: string;
  readonly namespaced?: string;
  readonly provider: readonly string[];
  readonly metricsServer: string;
  readonly image: string;
  readonly replicas: number;
}

/** `crds` is the folder of our definitions, `version` the one of the controller. */
export function installCommand(crds: URL, version: string): Command {
  return new Command('install')
    .description('print what a cluster needs, as YAML for kubectl')
    .addOption(
      new Option('--crds', 'the definitions only')
        .default(false)
        .conflicts(['namespace', 'namespaced', 'provider', 'metricsServer', 'image', 'replicas']),
    )
    .option('--namespace <name>', 'where the controller runs', namespaceName, 'serin-system')
    .option('--namespaced <name>', 'look at this namespace only, without any ClusterRole', namespaceName)
    .option('--provider <name...>', 'traffic providers, that of canaries that name none first', provider, [])
    .option('--metrics-server <url>', 'address of Prometheus', address, 'http://prometheus:9090')
    .option('--image <name>', 'of the controller', `ghcr.io/serin/serin:${version}`)
    .option('--replicas <number>', 'of the controller', replicas, 1)
    .addHelpText('after', HELP)
    .action((options: InstallOptions, command: Command) => {
      const [beyond] = options.namespaced === undefined ? [] : beyondNamespaces(options.provider);
      if (beyond !== undefined) {
        const why = `provider ${beyond} routes by objects of the whole cluster, which takes a ClusterRole`;
        command.error(`error: --namespaced goes without ${beyond}: ${why}`, { exitCode: 2 });
      }
      const definitions = readdirSync(crds).filter((name) => name.endsWith('.yaml'));
      const texts = definitions.sort().map((name) => readFileSync(new URL(name, crds), 'utf8'));
      const objects = options.crds
        ? []
        : objectsFor(options, version).map((object) => stringify(object, YAML));
      const documents = [...texts, ...objects].map((text) => text.trimEnd());
      process.stdout.write(`${documents.join('\n---\n')}\n`);
    });
}

const YAML = { aliasDuplicateObjects: false, lineWidth: 0 } as const;

function objectsFor(options: InstallOptions, version: string): readonly KubeObject[] {
  const { namespace, namespaced: watched, provider: providers, metricsServer, image, replicas } = options;
  return installation({ namespace, watched, providers, metricsServer, image, replicas, version });
}

function namespaceName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('It is not the name of a namespace: small letters, digits and dashes.');
}

function provider(text: string, before: readonly string[]): readonly string[] {
  if (resolveTraffic(text) !== undefined) return [...before, text];
  throw new InvalidArgumentError(`There are ${providerNames.join(', ')}.`);
}

function address(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('Expected an address such as http://prometheus:9090.');
}

function replicas(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 10) return number;
  throw new InvalidArgumentError('Expected a whole number from 1 to 10.');
}
