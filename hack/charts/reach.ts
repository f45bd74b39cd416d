/** Commands against the real cluster, as a person there types them, and waiting for what they bring about. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clusterAccess, kubectlProgram, type ClusterAccess } from '../cluster/access.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAUSE = 400;

export class Reach {
  readonly sentence: string;
  /** Whether somebody else has made the cluster. */
  readonly isElsewhere: boolean;
  readonly #access: ClusterAccess;
  readonly #helm: string;

  /** @throws a sentence where there is no cluster */
  constructor(helm: string) {
    this.#access = clusterAccess();
    this.#helm = helm;
    this.sentence = this.#access.sentence;
    this.isElsewhere = this.#access.kind === 'kubeconfig';
  }

  helm(...words: readonly string[]): Promise<string> {
    return this.#run(this.#helm, words);
  }

  kubectl(...words: readonly string[]): Promise<string> {
    return this.#run(kubectlProgram(this.#access), words);
  }

  /** With what the command reads from its standard input. */
  kubectlOf(input: string, ...words: readonly string[]): Promise<string> {
    return this.#run(kubectlProgram(this.#access), words, input);
  }

  apply(...objects: readonly object[]): Promise<string> {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    return this.kubectlOf(input, 'apply', '--server-side', '-f', '-');
  }

  /** What `kubectl get -o json` shows; undefined where there is no such thing. */
  async get(...words: readonly string[]): Promise<unknown> {
    const shown = await this.kubectl('get', '--ignore-not-found', '-o', 'json', ...words);
    const found: unknown = shown === '' ? undefined : JSON.parse(shown);
    return found;
  }

  /** Seconds until it has come true; a condition that throws has not. */
  async until(what: string, within: number, condition: () => Promise<boolean>): Promise<number> {
    const began = performance.now();
    let complaint = '';
    for (;;) {
      try {
        if (await condition()) return Math.round((performance.now() - began) / 100) / 10;
      } catch (error) {
        complaint = error instanceof Error ? `: ${error.message}` : '';
      }
      if (performance.now() - began > within * 1_000)
        throw new Error(`after ${within} s it is not so that ${what}${complaint}`);
      await sleep(PAUSE);
    }
  }

  /** Into our own cluster; another one has to know the images already. @throws a sentence where it is not built */
  async load(file: string, remedy: string): Promise<void> {
    if (this.#access.kind !== 'own') return;
    if (!existsSync(join(ROOT, file))) throw new Error(`${file} is not there; ${remedy}`);
    await promisify(execFile)(process.execPath, [join(ROOT, 'hack/cluster/main.ts'), 'load', file], {
      cwd: ROOT,
    });
  }

  async #run(program: string, words: readonly string[], input = ''): Promise<string> {
    const [first = '', ...rest] = this.#access.inside([program, ...words]);
    const env = { ...process.env, ...this.#access.env };
    const running = promisify(execFile)(first, rest, { env, cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    running.child.stdin?.end(input);
    try {
      return (await running).stdout;
    } catch (error) {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
      throw new Error(`${program.split('/').at(-1)} ${words.join(' ')}: ${said}`, { cause: error });
    }
  }
}
