/** Manifests that people have published, each with the verdict it is said to deserve; one object a file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isScalar, parseDocument } from 'yaml';
import { KINDS } from '../../src/api/kinds.ts';
import { loadDefinitions } from '../../src/cli/check/definitions.ts';
import { makeJudge, type Verdict } from '../../src/cli/check/judge.ts';
import { millis } from '../../src/shared/brand.ts';
import { abilitiesOf, providerNames } from '../../src/traffic/registry.ts';
import { NAMESPACE } from './cluster.ts';
import type { Place } from './dry-run.ts';

export interface Published {
  readonly file: string;
  readonly place: Place;
  /** The file as it is, but for its namespace. */
  readonly text: string;
  readonly expected: 'accepted' | 'rejected' | undefined;
  /** What `serin check` says without a server. */
  readonly checked: Verdict;
}

/** The objects of our group in the folder; undefined where there is no such folder. */
export function publishedIn(folder: string, crds: URL): readonly Published[] | undefined {
  if (!existsSync(folder)) return undefined;
  const judge = makeJudge({
    definitions: loadDefinitions(crds),
    context: {
      defaultProvider: 'istio',
      capabilities: abilitiesOf,
      knownProviders: providerNames,
      minimumInterval: millis(10_000),
      noCrossNamespaceRefs: false,
      ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
    },
  });
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => {
      const written = readFileSync(join(folder, file), 'utf8');
      const place = placeOf(written);
      if (place === undefined) return [];
      const { verdict, expected } = judge(file, written);
      return [{ file, place, text: moved(written), expected, checked: verdict }];
    });
}

/** Read from the text, since some are no YAML at all. */
function placeOf(written: string): Place | undefined {
  const [, apiVersion] = /^apiVersion: *["']?(flagger\.app\/\w+)/mu.exec(written) ?? [];
  const [, kind] = /^kind: *["']?(\w+)/mu.exec(written) ?? [];
  const plural = Object.values(KINDS).find((known) => known.kind === kind)?.plural;
  return apiVersion && plural ? { apiVersion, plural, namespace: NAMESPACE } : undefined;
}

/** Only the namespace is another, and nothing is read and written again that might read as something else. */
function moved(written: string): string {
  const namespace = parseDocument(written).getIn(['metadata', 'namespace'], true);
  if (!isScalar(namespace) || !namespace.range) return written;
  const [start, end] = namespace.range;
  return `${written.slice(0, start)}${NAMESPACE}${written.slice(end)}`;
}
