/** The command lines of our own tools: a mistake on one is a sentence and exit status 2, not a stack trace. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The options given to this process; ends it where one makes no sense. */
export function optionsOf<const Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] {
  try {
    return parseArgs<{ options: Options }>({ options }).values;
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`);
    return misused(
      `${error instanceof Error ? error.message : String(error)}; known are ${known.join(', ')}`,
    );
  }
}

/** Says what is wrong with the command line, and ends the process. */
export function misused(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
