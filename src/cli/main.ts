#!/usr/bin/env node
/** The command line, `serin`. Each command is a file in `commands/`; this one only puts them together. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { getCommand } from './commands/get.ts';
import { installCommand } from './commands/install.ts';
import { steerCommands } from './commands/steer.ts';
import { whyCommand } from './commands/why.ts';

const HELP = `
Serin releases new versions of Kubernetes workloads step by step and goes back by itself when they are worse.
check and install need no cluster; the others find theirs as kubectl does. serin <command> --help explains each
with examples.
`;

/** The same place from `src/cli` and from `dist/cli`. */
const CRDS = new URL('../../crds/', import.meta.url);
const PACKAGE = new URL('../../package.json', import.meta.url);

/** As kubectl starts its plugins, or by its own name. */
function calledAs(path: string): 'serin' | 'kubectl serin' {
  return basename(path).startsWith('kubectl-serin') ? 'kubectl serin' : 'serin';
}

/** Runs one command; the answer is the exit status: 0 fine, 1 a problem was found, 2 wrong usage. */
async function run(argv: readonly string[]): Promise<number> {
  let status = 0;
  const tool = calledAs(argv[1] ?? '');
  const program = new Command(tool)
    .description('progressive delivery for Kubernetes')
    .addHelpText('after', HELP)
    .exitOverride()
    .showHelpAfterError('(--help explains)');
  const finish = (outcome: number): void => void (status = outcome);
  const commands = [
    getCommand(finish),
    whyCommand(tool, finish),
    ...steerCommands(tool, finish),
    checkCommand(CRDS, finish),
    installCommand(CRDS, version()),
  ];
  for (const command of commands) program.addCommand(inheriting(program, command));
  try {
    await program.parseAsync(argv);
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function version(): string {
  const found: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '';
}

function inheriting(parent: Command, command: Command): Command {
  return command.copyInheritedSettings(parent);
}

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv);
