/** The way to the cluster that kubectl would take, for as long as one command runs. */
import { Option, type Command } from 'commander';
import { connect } from '../../adapters/kubernetes/connect.ts';
import { createObjects } from '../../adapters/kubernetes/objects.ts';
import { createTransport, type Transport } from '../../adapters/kubernetes/transport.ts';
import type { ApiError, ObjectReader, ObjectWriter } from '../../api/objects.ts';
import { systemClock } from '../../shared/clock.ts';

export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

export interface Session {
  readonly transport: Transport;
  readonly objects: ObjectReader & ObjectWriter;
  /** Asked for, or the one of the context. */
  readonly namespace: string;
  /** Aborts when the user has had enough. */
  readonly signal: AbortSignal;
}

/** The options by which kubectl finds its cluster. */
export function withClusterOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--kubeconfig <file>', 'instead of $KUBECONFIG, ~/.kube/config or the service account'),
    )
    .option('--context <name>', 'another context than the current one')
    .option('-n, --namespace <name>', 'another namespace than that of the context');
}

/** What stops a command, as a sentence on stderr; the exit status is 1. */
export class Stop extends Error {}

/** Runs a command against the cluster; the answer is the exit status. */
export async function inCluster(
  { kubeconfig, context, namespace }: ClusterOptions,
  work: (session: Session) => Promise<number>,
  { quiet }: { readonly quiet: boolean } = { quiet: false },
): Promise<number> {
  const complain = (sentence: string): number => {
    if (!quiet) process.stderr.write(`error: ${sentence}\n`);
    return 1;
  };
  const connection = connect({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  });
  if (!connection.ok) return complain(connection.error);
  const interrupt = new AbortController();
  const enough = (): void => interrupt.abort(new Stop('interrupted'));
  process.once('SIGINT', enough).once('SIGTERM', enough);
  const transport = createTransport({ connection: connection.value, clock: systemClock });
  try {
    return await work({
      transport,
      objects: createObjects({ transport }),
      namespace: namespace ?? connection.value.namespace ?? 'default',
      signal: interrupt.signal,
    });
  } catch (error) {
    if (interrupt.signal.aborted) return 0;
    if (error instanceof Stop) return complain(error.message);
    throw error;
  } finally {
    process.off('SIGINT', enough).off('SIGTERM', enough);
    await transport.close();
  }
}

/** The sentence for what the API server said instead. */
export function refused({ kind, detail }: ApiError): Stop {
  if (kind !== 'no-such-kind') return new Stop(detail);
  return new Stop(
    'this cluster knows no Canaries; serin install --crds | kubectl apply --server-side -f - brings their definition',
  );
}
