/**
 * A cluster in this process, served over HTTPS, and everything a controller meets there: metrics, webhooks, chat,
 * and the controller itself as a process of its own. Reads look into the store; writes go through the API.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KINDS, type KindName } from '../../../src/api/kinds.ts';
import type { Account, Grant, Rule } from '../../../src/sandbox/accounts.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server.ts';
import type { StoredObject } from '../../../src/sandbox/store.ts';
import { ask, type Answer } from '../../support/sandbox-client.ts';
import { Changes, type WaitOptions } from './changes.ts';
import { startMetrics, type ScriptedMetrics } from './metrics.ts';
import { built, startProgram, type Program } from './process.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const ROOT = join(import.meta.dirname, '../../..');
export const NAMESPACE = 'test';
const CONTROLLER = 'dist/main.js';
const LOAD_TESTER = 'dist/load-tester/main.js';
const COMMAND_LINE = 'dist/cli/main.js';
/** Kinds that are known here without their vendors' definitions. */
const ROUTERS = ['VirtualService', 'DestinationRule', 'HTTPRoute', 'TraefikService'] as const;
const SCALERS = ['ScaledObject'] as const;
const LAST_WORDS = 25;

const EVERYTHING: readonly Grant[] = [{ rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }];

export interface Permissions {
  readonly grants?: readonly Grant[];
  readonly denied?: readonly Partial<Rule>[];
}

export interface Granted {
  readonly account: Account;
  readonly kubeconfig: string;
}

/** What a command said, and how it ended. */
export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToldEvent {
  readonly canary: string;
  readonly name: string;
  readonly type: string;
  readonly message: string;
}

export class World {
  readonly sandbox: Sandbox;
  readonly metrics: ScriptedMetrics;
  readonly web: Receiver;
  readonly kubeconfig: string;
  readonly #changes: Changes;
  readonly #folder: string;
  readonly #programs: Program[] = [];
  readonly #events: ToldEvent[] = [];

  private constructor(parts: {
    readonly sandbox: Sandbox;
    readonly metrics: ScriptedMetrics;
    readonly web: Receiver;
    readonly folder: string;
    readonly changes: Changes;
  }) {
    this.sandbox = parts.sandbox;
    this.metrics = parts.metrics;
    this.web = parts.web;
    this.#changes = parts.changes;
    this.#folder = parts.folder;
    this.kubeconfig = join(parts.folder, 'kubeconfig');
    this.sandbox.store.subscribe('*', ({ type, key, object }) => {
      if (key === 'events' && type === 'ADDED') this.#events.push(toldEvent(object));
      this.#changes.happened();
    });
  }

  /** With the namespace `test`, and routers' kinds, but without a controller and its definitions. */
  static async start(options: SandboxOptions = {}): Promise<World> {
    const changes = new Changes();
    const [folder, sandbox, metrics, web] = await Promise.all([
      mkdtemp(join(tmpdir(), 'serin-e2e-')),
      startSandbox(options),
      startMetrics(),
      startReceiver(changes),
      built(),
    ]);
    for (const name of [...ROUTERS, ...SCALERS]) {
      const { apiVersion, kind, plural, namespaced } = KINDS[name];
      const [group = '', version = ''] = apiVersion.split('/');
      sandbox.registerKind({ group, version, kind, plural, namespaced });
    }
    const world = new World({ folder, sandbox, metrics, web, changes });
    await writeFile(world.kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    return world;
  }

  async stop(): Promise<void> {
    this.sandbox.faults.clear();
    const running = this.#programs.filter((program) => program.running);
    await Promise.all(running.map((program) => program.kill('SIGKILL')));
    await Promise.all([this.metrics.close(), this.web.close()]);
    await this.sandbox.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  // ------------------------------------------------------------------------------------------------------ processes

  /**
   * Starts a controller with intervals down to one second, as these tests say, and otherwise with its defaults;
   * flags given here come last and win.
   */
  controller(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Program {
    const words = [
      `-kubeconfig=${this.kubeconfig}`,
      '-port=0',
      `-metrics-server=${this.metrics.url}`,
      '-minimum-analysis-interval=1s',
      ...flags,
    ];
    return this.#start(CONTROLLER, words, env);
  }

  /** The same, resolved once it drives the Canaries. */
  async leader(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Program> {
    const controller = this.controller(flags, env);
    await this.eventually('the controller leads', () => leads(controller));
    return controller;
  }

  /** Resolves with its address. */
  async loadTester(): Promise<string> {
    const tester = this.#start(LOAD_TESTER, ['-port=0'], {});
    const port = await this.eventually(
      'the load tester listens',
      () => tester.lines().find((line) => typeof line['port'] === 'number')?.['port'],
    );
    return `http://127.0.0.1:${String(port)}`;
  }

  /** The kubeconfig of another user, who may do what he is granted, or everything, and not what he is denied. */
  async accountOf(user: string, { grants, denied = [] }: Permissions): Promise<Granted> {
    const account = this.sandbox.account(user, grants ?? EVERYTHING);
    account.deny(denied);
    const kubeconfig = join(this.#folder, `kubeconfig-${user.replaceAll(':', '-')}`);
    await writeFile(kubeconfig, this.sandbox.kubeconfigOf(account), { mode: 0o600 });
    return { account, kubeconfig };
  }

  #start(file: string, words: readonly string[], env: Readonly<Record<string, string>>): Program {
    const program = startProgram(file, words, this.#changes, env);
    this.#programs.push(program);
    return program;
  }

  /** What kubectl prints; rejects with what it complains about. */
  async kubectl(...words: readonly string[]): Promise<string> {
    const run = promisify(execFile);
    const { stdout } = await run('kubectl', ['--kubeconfig', this.kubeconfig, '-n', NAMESPACE, ...words]);
    return stdout;
  }

  /** The command line as it is shipped, as whoever the kubeconfig says. */
  serin(words: readonly string[], kubeconfig = this.kubeconfig): Promise<Said> {
    const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig };
    return new Promise((resolve) => {
      const args = [join(ROOT, COMMAND_LINE), ...words];
      const child = execFile(process.execPath, args, { env }, (_error, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  /** The same, for as long as nobody ends it. */
  serinRunning(...words: readonly string[]): Program {
    return this.#start(COMMAND_LINE, words, { KUBECONFIG: this.kubeconfig });
  }

  // ------------------------------------------------------------------------------------------------------- objects

  /** As `kubectl apply --server-side` would; throws the server's refusal. JSON is YAML. */
  apply(...objects: readonly (string | Readonly<Record<string, unknown>>)[]): void {
    for (const object of objects) {
      this.sandbox.applyYaml(typeof object === 'string' ? object : JSON.stringify(object));
    }
  }

  get(kind: KindName, name: string, namespace = NAMESPACE): StoredObject | undefined {
    return this.sandbox.store.get(keyOf(kind), KINDS[kind].namespaced ? { namespace, name } : { name });
  }

  /** As a person patches, with `kubectl patch`. */
  patch(kind: KindName, name: string, body: unknown): Promise<Answer> {
    const strategic = KINDS[kind].apiVersion === 'apps/v1' ? 'strategic-merge' : 'merge';
    return this.#ask('PATCH', kind, name, { body, type: `application/${strategic}-patch+json` });
  }

  /** As another controller writes a status. */
  patchStatus(kind: KindName, name: string, status: unknown): Promise<Answer> {
    const type = 'application/merge-patch+json';
    return this.#ask('PATCH', kind, name, { body: { status }, type, subresource: '/status' });
  }

  delete(kind: KindName, name: string): Promise<Answer> {
    return this.#ask('DELETE', kind, name, {});
  }

  async #ask(
    method: string,
    kind: KindName,
    name: string,
    call: { readonly body?: unknown; readonly type?: string; readonly subresource?: string },
  ): Promise<Answer> {
    const { apiVersion, plural, namespaced } = KINDS[kind];
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const place = namespaced ? `/namespaces/${NAMESPACE}` : '';
    const path = `${root}${place}/${plural}/${name}${call.subresource ?? ''}`;
    const answer = await ask(this.sandbox, method, path, call);
    if (answer.code < 300) return answer;
    throw new Error(`${method} ${kind} ${name}: ${answer.code} ${String(answer.body['message'])}`);
  }

  /** Events about a Canary in the order in which they were first told. */
  events(canary: string): readonly ToldEvent[] {
    return this.#events.filter((event) => event.canary === canary);
  }

  // ------------------------------------------------------------------------------------------------------- waiting

  /** See `Changes.eventually`; on giving up the last words of the controllers are part of the message. */
  eventually<Value>(
    what: string,
    condition: () => Value | undefined | false | Promise<Value | undefined | false>,
    options: WaitOptions = {},
  ): Promise<Value> {
    return this.#changes.eventually(what, condition, options, () => this.#confess());
  }

  #confess(): string {
    return this.#programs
      .map(
        (program) => `process ${program.pid}:\n${program.text().split('\n').slice(-LAST_WORDS).join('\n')}`,
      )
      .join('\n');
  }
}

export function leads(controller: Program): boolean {
  return controller.lines().some(({ msg }) => msg === 'leading');
}

/** Where a controller answers for itself. */
export function deskOf(controller: Program): string {
  const port = controller.lines().find(({ msg }) => msg === 'started')?.['port'];
  return `http://127.0.0.1:${String(port)}`;
}

/** Our definitions, as they are shipped. */
export function definition(name: 'canary' | 'metric-template' | 'alert-provider'): string {
  return readFileSync(join(ROOT, 'crds', `${name}.yaml`), 'utf8');
}

export const hasKubectl = ((): boolean => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

function keyOf(name: KindName): string {
  const { apiVersion, plural } = KINDS[name];
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${plural}${group}`;
}

function toldEvent(object: StoredObject): ToldEvent {
  const { involvedObject, type, message } = object as unknown as {
    readonly involvedObject: { readonly name: string };
    readonly type: string;
    readonly message: string;
  };
  return { canary: involvedObject.name, name: object.metadata.name, type, message };
}
