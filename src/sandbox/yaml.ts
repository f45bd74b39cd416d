/**
 * YAML as Kubernetes reads it. Reading it the way the rest of the world does would give other values than the ones
 * an API server gets: `on` is true, `0777` is 511, and a date is text.
 */
import { parse, type ScalarTag, type Tags } from 'yaml';

const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7]+$/u,
  resolve: (text) => Number(text.replace(/^\+/u, '')),
};

/** The library takes a lone point for a number that has no digits; go-yaml, and whoever writes `path: .`, does not. */
const NO_DIGITS: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  test: /^[-+]?[._]+$/u,
  resolve: (text) => text,
};

export const KUBERNETES_YAML = {
  version: '1.1',
  // go-yaml leaves dates and base-60 numbers alone and takes 0o17 from YAML 1.2; otherwise it reads YAML 1.1.
  customTags: (tags: Tags): Tags => [
    OCTAL,
    NO_DIGITS,
    ...tags.filter(
      (tag) =>
        typeof tag === 'string' ||
        (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
    ),
  ],
  prettyErrors: false,
  // Kubernetes has no use for the warnings about unknown tags and directives.
  logLevel: 'error',
} as const;

/** The value of one document; throws for what is no YAML. Of equal keys the last one counts, unless `strict`. */
export function readYaml(text: string, { strict }: { readonly strict: boolean }): unknown {
  return parse(text, { ...KUBERNETES_YAML, uniqueKeys: strict });
}
