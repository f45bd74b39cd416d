/** Starts a sandbox cluster for playing and says how to reach it: `node hack/sandbox.ts [manifest.yaml …]`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../src/sandbox/server.ts';
import { misused } from './arguments.ts';

const files = process.argv.slice(2);
const option = files.find((file) => file.startsWith('-'));
if (option !== undefined) misused('usage: npm run sandbox -- [manifest.yaml …]; it has no options');
const texts = files.map((file) => [file, textOf(file)] as const);
const sandbox = await startSandbox();
for (const [file, text] of texts) apply(file, text);
const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
const path = join(folder, 'kubeconfig');
writeFileSync(path, sandbox.kubeconfig(), { mode: 0o600 });
console.log(`a small Kubernetes listens on ${sandbox.url} until Ctrl-C; try it with`);
console.log(`export KUBECONFIG=${path}`);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true });
    void sandbox.stop();
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return misused(`${file} cannot be read: ${sentenceOf(error)}`);
  }
}

function apply(file: string, text: string): void {
  try {
    sandbox.applyYaml(text);
  } catch (error) {
    misused(`${file} cannot be applied: ${sentenceOf(error)}`);
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
