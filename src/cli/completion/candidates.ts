/** What could come next on a command line, from the commands as they are defined. */
import type { Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What a place wants whose values are not known here. */
export type Wanted = 'canary' | 'namespace' | 'file';

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Also to be offered, by whoever can look them up. */
  readonly wanted: Wanted | undefined;
  /** The namespace named so far. */
  readonly namespace: string | undefined;
}

/** `words` are those before the one being typed, without the name of the program; `typed` may be ''. */
export function complete(program: Command, words: readonly string[], typed: string): Completion {
  const [name = '', ...rest] = words;
  const command = program.commands.find((known) => known.name() === name);
  const namespace = valueOf(rest, '--namespace', '-n');
  if (words.length === 0)
    return { candidates: offered(commandsOf(program), typed), wanted: undefined, namespace };
  if (command === undefined) return { candidates: [], wanted: undefined, namespace };
  const open = optionOf(command, rest.at(-1) ?? '');
  if (open !== undefined && takesValue(open)) return { ...valuesOf(open, typed), namespace };
  if (typed.startsWith('-'))
    return { candidates: offered(optionsOf(command), typed), wanted: undefined, namespace };
  const given = argumentsIn(command, rest);
  const argument =
    command.registeredArguments[given] ?? command.registeredArguments.find(({ variadic }) => variadic);
  return {
    candidates: offered(
      (argument?.argChoices ?? []).map((value) => ({ value, description: '' })),
      typed,
    ),
    wanted: wantedBy(argument?.name()),
    namespace,
  };
}

function offered(candidates: readonly Candidate[], typed: string): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed));
}

function commandsOf(program: Command): readonly Candidate[] {
  return program.commands.map((command) => ({ value: command.name(), description: command.description() }));
}

function optionsOf(command: Command): readonly Candidate[] {
  const own = command.options.map(({ long, short, description }) => ({
    value: long ?? short ?? '',
    description,
  }));
  return [...own, { value: '--help', description: 'explain the command' }];
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ short, long }) => word !== '' && (word === short || word === long));
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function valuesOf(option: Option, typed: string): Pick<Completion, 'candidates' | 'wanted'> {
  const choices = (option.argChoices ?? []).map((value) => ({ value, description: '' }));
  return { candidates: offered(choices, typed), wanted: wantedBy(option.long?.slice(2)) };
}

/** By the name of an argument or of an option. */
function wantedBy(name: string | undefined): Wanted | undefined {
  switch (name) {
    case 'canary':
      return 'canary';
    case 'namespace':
      return 'namespace';
    case 'path':
    case 'kubeconfig':
      return 'file';
    default:
      return undefined;
  }
}

/** How many words are arguments, neither options nor their values. */
function argumentsIn(command: Command, words: readonly string[]): number {
  return words.filter((word, index) => {
    const before = optionOf(command, words[index - 1] ?? '');
    return !word.startsWith('-') && !(before !== undefined && takesValue(before));
  }).length;
}

/** What an option was given, in any way of writing it: `--of it`, `--of=it`, `-o it`, `-oit`. */
export function valueOf(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of [...words.entries()].reverse()) {
    for (const name of names) {
      if (word === name) return words[index + 1];
      const attached = name.startsWith('--') ? `${name}=` : name;
      if (word.startsWith(attached)) return word.slice(attached.length);
    }
  }
  return undefined;
}
