/** `serin check`: would the API server take these manifests, and would they do what they seem to say? Offline. */
import { Command, Option } from 'commander';
import type { CanaryContext } from '../../api/canary.ts';
import { millis } from '../../shared/brand.ts';
import { loadDefinitions } from '../check/definitions.ts';
import { manifestFiles, readText } from '../check/files.ts';
import { makeJudge, unreadable, type CheckedFile } from '../check/judge.ts';
import { abilitiesOf, providerNames } from '../../traffic/registry.ts';
import { report } from '../check/report.ts';
import { paintFor } from '../render.ts';

export interface CheckOptions {
  readonly output: 'text' | 'json';
  readonly strict: boolean;
  readonly expect: boolean;
  readonly meshProvider: string;
  readonly crossNamespaceRefs: boolean;
}

const HELP = `
Reads Canary, MetricTemplate and AlertProvider objects from YAML or JSON; folders are searched for *.yaml,
*.yml and *.json, and - is standard input. Objects of other groups are skipped. Nothing is sent anywhere.

For each file there is a verdict, accepted or rejected: what the API server would answer. Errors say why it
would refuse, or why the controller could not follow the canary; warnings are about what is allowed and
surely not meant, such as a field that the server drops without a word or a metric that is never evaluated.

Exit status: 0 all accepted and no errors (with --strict: no warnings either), 1 otherwise, 2 wrong usage.

A folder of manifests can serve as a regression test. Begin a file with a comment

    # expect: rejected

(or accepted; what follows the word is yours) and the verdict is held against it; with --expect the exit
status says whether all of them agree instead.

Examples:
  serin check deploy/                       before a commit
  kustomize build overlays/prod | serin check -
  serin check --output json deploy/ | jq '.files[] | select(.verdict == "rejected") | .file'
`;

/** `crds` is the folder of our definitions; `finish` receives the exit status. */
export function checkCommand(crds: URL, finish: (status: number) => void): Command {
  return new Command('check')
    .description('say what the API server and the controller would make of manifests')
    .argument('<path...>', 'files, folders, or - for standard input')
    .addOption(
      new Option('-o, --output <format>', 'text, or json for one object')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--strict', 'let warnings fail the check', false)
    .option('--expect', 'let the exit status say whether verdicts agree with "# expect:" comments', false)
    .option(
      '--mesh-provider <name>',
      'the provider of canaries that name none, as given to the controller',
      'istio',
    )
    .option(
      '--no-cross-namespace-refs',
      'refuse references to other namespaces, as the controller can be told to',
    )
    .addHelpText('after', HELP)
    .action((paths: readonly string[], options: CheckOptions) => {
      finish(check(crds, paths, options));
    });
}

function check(crds: URL, paths: readonly string[], options: CheckOptions): number {
  const files = manifestFiles(paths);
  if (!files.ok) {
    process.stderr.write(`error: ${files.error}\n`);
    return 2;
  }
  const judge = makeJudge({ definitions: loadDefinitions(crds), context: contextOf(options) });
  const checked = files.value.map((file) => judgeFile(file, judge));
  if (options.output === 'json')
    process.stdout.write(`${JSON.stringify({ files: checked }, undefined, 2)}\n`);
  else process.stdout.write(report(checked, paintFor(process.stdout, process.env)));
  return exitStatus(checked, options);
}

/** The controller's own defaults, where no option says otherwise. */
function contextOf({ meshProvider, crossNamespaceRefs }: CheckOptions): CanaryContext {
  return {
    defaultProvider: meshProvider,
    capabilities: abilitiesOf,
    knownProviders: providerNames,
    minimumInterval: millis(10_000),
    noCrossNamespaceRefs: !crossNamespaceRefs,
    ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
  };
}

function judgeFile(file: string, judge: (file: string, text: string) => CheckedFile): CheckedFile {
  const text = readText(file);
  return text.ok ? judge(file, text.value) : unreadable(file, text.error);
}

/** 0 or 1: whether a pipeline may go on. */
export function exitStatus(
  files: readonly CheckedFile[],
  options: Pick<CheckOptions, 'strict' | 'expect'>,
): number {
  if (options.expect) return files.every(agrees) ? 0 : 1;
  const fails = files.some(
    ({ verdict, findings }) =>
      verdict === 'rejected' || findings.some(({ severity }) => options.strict || severity === 'error'),
  );
  return fails ? 1 : 0;
}

/** A file without an expectation is expected to be fine. */
function agrees({ verdict, expected }: CheckedFile): boolean {
  return verdict === 'skipped' || verdict === (expected ?? 'accepted');
}
