/** What `npm run images` is asked for on the command line. */
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../src/shared/result.ts';
import { IMAGES } from './images.ts';

export interface Options {
  /** The commit whose images are built; undefined is the checkout as it lies there. */
  readonly ref: string | undefined;
  /** The tag of the images; undefined is the version in package.json. */
  readonly tag: string | undefined;
  /** The one that is built, by the name of its archive; undefined is all. */
  readonly only: string | undefined;
  /** Build once more from a copy and fail where the application's layers differ. */
  readonly check: boolean;
  /** Begin with new base images, so with Debian's packages of today. */
  readonly fresh: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const NAMES = IMAGES.map(({ file }) => file);

export const USAGE = `usage: npm run images -- [options]
  --ref COMMIT  build that commit instead of the checkout
  --tag TAG     tag the images so, instead of with the version; the archives are named for it too
  --only NAME   build one of ${NAMES.join(', ')}
  --check       build a second time from a copy, and fail where the application's layers differ
  --fresh       begin with new base images: Debian's packages of today
  --json        print one JSON object last`;

/** As container registries want it. */
const TAG = /^\w[\w.-]{0,127}$/;

export function parseOptions(words: readonly string[]): Result<Options, string> {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { ref: text, tag: text, only: text, check: flag, fresh: flag, json: flag, help: flag },
    });
    const { ref, tag, only, check, fresh, json, help } = values;
    if (ref?.startsWith('-') === true || ref === '') return err(`--ref is ${ref}, which is no commit`);
    if (tag !== undefined && !TAG.test(tag))
      return err(`--tag is ${tag}, allowed are letters, digits, ".", "_" and "-"`);
    if (only !== undefined && !NAMES.includes(only))
      return err(`--only is ${only}, allowed are ${NAMES.join(' and ')}`);
    return ok({ ref, tag, only, check, fresh, json, help });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
