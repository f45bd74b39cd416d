/** What tasks have in common that run a command. */
import { ok, type Result } from '../../shared/result.ts';
import { parseHey, type Load } from '../command-line.ts';
import { generate } from '../load.ts';
import type { Answer } from '../answer.ts';
import type { Metadata } from '../payload.ts';
import { inShell, program } from '../shell.ts';
import { judged, leastOf } from './judge.ts';
import { forbid, refuse } from './metadata.ts';
import { stopOf, type Job, type Run, type Tools } from './task.ts';

/** A `hey` without anything only a shell could read is sent by us, or judged as one; all else needs a shell. */
export function shellJob(shell: 'sh' | 'bash', metadata: Metadata, tools: Tools): Result<Job, Answer> {
  const command = metadata['cmd'];
  if (command === undefined) return refuse('cmd not found in metadata');
  const least = leastOf(metadata);
  if (!least.ok) return least;
  const load = parseHey(command);
  const run = runnerOf(load, inShell(shell, command), tools);
  if (!run.ok) return run;
  return ok({ title: `command ${command}`, run: judged(run.value, { isHey: load.ok, least: least.value }) });
}

function runnerOf(load: Result<Load, string>, inItsShell: Run, tools: Tools): Result<Run, Answer> {
  if (tools.allowShell && (tools.heyInstalled || !load.ok)) return ok(inItsShell);
  return load.ok ? ok(loadRunner(load.value, tools)) : forbid(load.error);
}

function loadRunner(load: Load, { clock, proxyFor }: Tools): Run {
  return async ({ signal }) => {
    const started = clock.steady();
    const tally = await generate(load, { clock, signal, proxyFor });
    // Load that was cut short has not shown what it was to show.
    const failure = signal.aborted ? stopOf(signal) : undefined;
    return { output: tally.summary(clock.steady() - started), failure };
  };
}

/** A program whose arguments stand between blanks; quotes mean nothing to it. */
export function programJob(file: string, metadata: Metadata, { allowShell }: Tools): Result<Job, Answer> {
  const command = metadata['cmd'];
  if (command === undefined) return refuse('cmd not found in metadata');
  if (!allowShell) return forbid(`${file} is not hey`);
  const args = command.split(/\s+/).filter((word) => word !== '');
  return ok({ title: `command ${command}`, run: program(file, args) });
}
