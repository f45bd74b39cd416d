/** The fixtures of traffic providers: Canaries, what is there before one can be followed, what is on record. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Canary } from '../../src/api/model.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { canaryFrom, fixture, objectsIn } from './canaries.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/traffic');

/** How the fixtures' target is selected, and its primary. */
export const TARGET = {
  label: 'app',
  value: 'podinfo',
  primary: { app: 'podinfo-primary' },
  ports: [],
} as const;

export interface Featured {
  /** `header-match`, from `canary-header-match.yaml`. */
  readonly feature: string;
  readonly canary: Canary;
  /** Objects that are there already. */
  readonly found: readonly KubeObject[];
}

/** What a provider's folder and page are called: not every system takes a colon in a name. */
export function folderOf(key: string): string {
  return key.replaceAll(':', '-');
}

/** The provider's plain Canary, at any position. */
export function plainCase(key: string): Featured {
  const canary = canaryFrom(fixture('traffic', folderOf(key), 'canary.yaml'));
  return { feature: 'plain', canary, found: trafficObjects(key, 'before.yaml') ?? [] };
}

/** Its Canaries that show one feature each. */
export function featuredCases(key: string): readonly Featured[] {
  const features = readdirSync(join(FOLDER, folderOf(key))).flatMap(
    (file) => /^canary-(.+)\.yaml$/.exec(file)?.[1] ?? [],
  );
  return features.map((feature) => ({
    feature,
    canary: canaryFrom(fixture('traffic', folderOf(key), `canary-${feature}.yaml`)),
    found: trafficObjects(key, `found-${feature}.yaml`) ?? plainCase(key).found,
  }));
}

/** The objects of a fixture; undefined where there is no such file. */
export function trafficObjects(key: string, file: string): readonly KubeObject[] | undefined {
  return existsSync(join(FOLDER, folderOf(key), file))
    ? objectsIn(fixture('traffic', folderOf(key), file))
    : undefined;
}
