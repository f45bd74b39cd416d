/** Starts a sandbox cluster for playing and says how to reach it: `node hack/sandbox.ts [manifest.yaml …]`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../src/sandbox/server.ts';

const sandbox = await startSandbox();
for (const file of process.argv.slice(2)) sandbox.applyYaml(readFileSync(file, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
const path = join(folder, 'kubeconfig');
writeFileSync(path, sandbox.kubeconfig(), { mode: 0o600 });
console.log(`a small Kubernetes listens on ${sandbox.url} until Ctrl-C; try it with`);
console.log(`export KUBECONFIG=${path}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true });
    void sandbox.stop();
  });
}
