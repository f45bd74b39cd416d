/** A sandbox and the adapters connected to it, for the tests beside this file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, type Connection } from '../../../src/adapters/kubernetes/connect.ts';
import { createObjects } from '../../../src/adapters/kubernetes/objects.ts';
import { createTransport, type Transport } from '../../../src/adapters/kubernetes/transport.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import type { KubeObject, ObjectReader, ObjectWriter } from '../../../src/api/objects.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server.ts';
import { systemClock } from '../../../src/shared/clock.ts';

export const never = new AbortController().signal;

export interface TestCluster {
  readonly sandbox: Sandbox;
  readonly connection: Connection;
  readonly transport: Transport;
  readonly objects: ObjectWriter & ObjectReader;
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export async function startCluster(options: SandboxOptions = {}): Promise<TestCluster> {
  const sandbox = await startSandbox(options);
  const folder = await mkdtemp(join(tmpdir(), 'serin-'));
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, sandbox.kubeconfig());
  const connected = connect({ kubeconfig });
  if (!connected.ok) throw new Error(connected.error);
  const connection = connected.value;
  const transport = createTransport({ connection, clock: systemClock });
  const stop = async (): Promise<void> => {
    await transport.close();
    await sandbox.stop();
    await rm(folder, { recursive: true });
  };
  return { sandbox, connection, transport, objects: createObjects({ transport }), kubeconfig, stop };
}

export function configMap(name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  const { apiVersion, kind } = KINDS.ConfigMap;
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, data };
}

/** The value of what must have worked. */
export function unwrap<Value>(
  result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown },
): Value {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}
