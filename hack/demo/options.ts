/** The command line of the demo. */
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../src/shared/result.ts';

export interface DemoOptions {
  /** Apply the Canary as it is in the file, and take as long as it says. */
  readonly asWritten: boolean;
  /** Leave the cluster running after the story. */
  readonly keep: boolean;
  /** Use the stand-in for Prometheus even where a real one is installed. */
  readonly standIn: boolean;
  readonly help: boolean;
}

export const HELP = `npm run demo -- [--as-written] [--keep] [--stand-in]

Releases a good and a bad revision of a small web service with Serin, on this machine alone: a Kubernetes API in
memory, pods that are processes on loopback addresses, a weighted router that carries real requests, and Serin's
controller and load tester as they are shipped. Needs no cluster, no network and no root.

  --as-written  apply hack/demo/manifests/canary.yaml byte for byte: an interval of 10s, steps of 5%, about eight
                minutes. Without it two values are changed, interval 1s and stepWeight 20, and it takes about one.
  --keep        leave everything running at the end, to play with kubectl, until Ctrl-C
  --stand-in    do not use an installed Prometheus
  --help        this text

Exit status: 0 if the good revision was promoted and the bad one rolled back, 1 if not, 2 for a mistake on the
command line, 130 after Ctrl-C, or when nobody reads the output any more.
`;

/** The options, or a sentence about the one that makes no sense. */
export function parseOptions(args: readonly string[]): Result<DemoOptions, string> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'as-written': { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        'stand-in': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return ok({
      asWritten: values['as-written'],
      keep: values.keep,
      standIn: values['stand-in'],
      help: values.help,
    });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
