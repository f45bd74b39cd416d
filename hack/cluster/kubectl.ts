/** The cluster spoken to from outside, by its own kubectl. */
import { inNetwork } from './anchor.ts';
import { program } from './build.ts';
import { state } from './paths.ts';
import { KUBE } from './pins.ts';
import { readRecord, type ProcessRecord } from './record.ts';
import { outcome, run, sleep, type Outcome } from './run.ts';

export function kubectlCommand(anchor: ProcessRecord, args: readonly string[]): readonly string[] {
  return inNetwork(anchor, [program(KUBE, 'kubectl'), `--kubeconfig=${state.kubeconfig}`, ...args]);
}

/** What kubectl wrote. @throws with its complaint */
export function kubectl(anchor: ProcessRecord, args: readonly string[], input?: string): Promise<string> {
  return run(kubectlCommand(anchor, args), input === undefined ? {} : { input });
}

export function tryKubectl(anchor: ProcessRecord, args: readonly string[]): Promise<Outcome> {
  return outcome(kubectlCommand(anchor, args));
}

/** Asks again and again. @throws after `patience` milliseconds with the last answer */
export async function untilAnswers(
  anchor: ProcessRecord,
  args: readonly string[],
  isRight: (answer: string) => boolean,
  patience = 120_000,
): Promise<void> {
  const until = Date.now() + patience;
  for (;;) {
    const { code, stdout, stderr } = await tryKubectl(anchor, args);
    if (code === 0 && isRight(stdout)) return;
    if (Date.now() > until) {
      throw new Error(`kubectl ${args.join(' ')} does not answer as it should\n${stderr || stdout}`);
    }
    await sleep(100);
  }
}

/** The anchor of the running cluster. @throws a sentence that says how to start one */
export function runningAnchor(): ProcessRecord {
  const record = readRecord();
  if (record?.complete !== true)
    throw new Error('no cluster is running here; npm run cluster -- up starts one');
  return record.anchor;
}
