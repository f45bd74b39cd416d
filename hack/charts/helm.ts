/** The helm of this machine, and renders with it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { program } from '../cluster/build.ts';
import { HELM_BUILD } from '../cluster/pins.ts';

/** Rendering without a cluster, helm takes the version it was built with for the cluster's. */
const KUBE_VERSION = '1.33.0';

/** On the path, or the one that `npm run cluster` builds; undefined where there is neither. */
export function findHelm(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'helm'));
  return [...onPath, program(HELM_BUILD, 'helm')].find((path) => existsSync(path));
}

export interface Render {
  readonly chart: string;
  readonly release: string;
  readonly namespace: string;
  /** A file, or `-` for `input`. */
  readonly values: string;
  readonly input?: string;
}

export interface Rendered {
  readonly ok: boolean;
  readonly text: string;
  readonly error: string;
}

export function render(helm: string, { chart, release, namespace, values, input }: Render): Rendered {
  const words = ['template', release, chart, '--namespace', namespace, '--kube-version', KUBE_VERSION];
  const done = spawnSync(helm, [...words, '--values', values], {
    encoding: 'utf8',
    ...(input !== undefined && { input }),
  });
  return { ok: done.status === 0, text: done.stdout, error: done.stderr };
}
