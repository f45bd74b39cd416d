/** Serin and its load tester in a cluster, installed with their charts as their users do. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CHARTS = join(import.meta.dirname, '../../../../charts');
const PATIENCE = '180s';

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Folder below `charts/`. */
  readonly chart: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Resolves when everything the chart asks for is ready; rejects with what helm says. */
export async function install({ name, namespace, chart, values }: Release): Promise<void> {
  // JSON is YAML, and helm reads values from its standard input.
  const words = ['upgrade', '--install', name, join(CHARTS, chart), '--namespace', namespace];
  await command(
    'helm',
    [...words, '--create-namespace', '--values', '-', '--wait', '--timeout', PATIENCE],
    values,
  );
}

/** Without what the chart made; nothing where it was not installed. */
export async function uninstall({ name, namespace }: Pick<Release, 'name' | 'namespace'>): Promise<void> {
  await command('helm', ['uninstall', name, '--namespace', namespace, '--ignore-not-found']);
}

/** What a program prints; rejects with what it complains of. */
export async function command(program: string, words: readonly string[], input?: unknown): Promise<string> {
  const running = promisify(execFile)(program, [...words], { maxBuffer: 64 * 1024 * 1024 });
  running.child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
  const { stdout } = await running;
  return stdout;
}
