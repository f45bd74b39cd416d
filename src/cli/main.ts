#!/usr/bin/env node
/** The command line, `serin`. Each command is a file in `commands/`; this one only puts them together. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { answerShell, ASK, completionCommand } from './commands/completion.ts';
import { getCommand } from './commands/get.ts';
import { installCommand } from './commands/install.ts';
import { steerCommands } from './commands/steer.ts';
import { whyCommand } from './commands/why.ts';

const HELP = `
Serin releases new versions of Kubernetes workloads step by step and goes back by itself when they are worse.
check, install and completion need no cluster; the others find theirs as kubectl does. serin <command> --help
explains each with examples.
`;

/** The same place from `src/cli` and from `dist/cli`. */
const CRDS = new URL('../../crds/', import.meta.url);
const PACKAGE = new URL('../../package.json', import.meta.url);

/** By its own name, as kubectl starts its plugins, or as kubectl asks them what could come next. */
type Caller = 'serin' | 'kubectl serin' | 'kubectl completion';

function callerOf(path: string): Caller {
  const name = basename(path);
  if (name.startsWith('kubectl_complete-serin')) return 'kubectl completion';
  return name.startsWith('kubectl-serin') ? 'kubectl serin' : 'serin';
}

/** Runs one command; the answer is the exit status: 0 fine, 1 a problem was found, 2 wrong usage. */
async function run(argv: readonly string[]): Promise<number> {
  let status = 0;
  const [, path = '', ...words] = argv;
  const caller = callerOf(path);
  const program = commandLine(caller === 'serin' ? 'serin' : 'kubectl serin', (outcome) => {
    status = outcome;
  });
  if (caller === 'kubectl completion') await answerShell(program, words, 'kubectl');
  else if (words[0] === ASK) await answerShell(program, words.slice(1), 'shell');
  else {
    try {
      await program.parseAsync(argv);
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return error.exitCode === 0 ? 0 : 2;
    }
  }
  return status;
}

/** All commands there are; `tool` is how people call the program, `finish` receives the exit status. */
function commandLine(tool: string, finish: (status: number) => void): Command {
  const program = new Command(tool)
    .description('progressive delivery for Kubernetes')
    .addHelpText('after', HELP)
    .exitOverride()
    .showHelpAfterError('(--help explains)');
  const commands = [
    getCommand(tool, finish),
    whyCommand(tool, finish),
    ...steerCommands(tool, finish),
    checkCommand(CRDS, finish),
    installCommand(CRDS, version()),
    completionCommand(finish),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  return program;
}

function version(): string {
  const found: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '';
}

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv);
