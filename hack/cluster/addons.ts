/** What a cluster of users has besides Kubernetes itself: applied from the files in `addons/`, as a user would. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { keptFiles } from './build.ts';
import { ADD_ON_RECIPES, importRecipes } from './images.ts';
import { kubectl } from './kubectl.ts';
import { HERE } from './paths.ts';
import { TRAEFIK } from './pins.ts';
import { step } from './progress.ts';
import type { ProcessRecord } from './record.ts';

const FOLDER = join(HERE, 'addons');

export function addOnFiles(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(FOLDER, name));
}

export async function applyAddOns(anchor: ProcessRecord): Promise<void> {
  await step('importing images', () => importRecipes(anchor, ADD_ON_RECIPES));
  await step('applying add-ons', () => applyFiles(anchor));
  await step('waiting for add-ons', () => untilReady(anchor));
}

async function applyFiles(anchor: ProcessRecord): Promise<void> {
  const definitions = ['traefik-crds.yml', 'gateway-api-crds'].map((name) => keptFiles(TRAEFIK, name));
  const files = (names: readonly string[]): readonly string[] => names.flatMap((name) => ['-f', name]);
  await kubectl(anchor, ['apply', '--server-side', ...files(definitions)]);
  await kubectl(anchor, ['wait', '--for=condition=Established', 'crd', '--all']);
  await kubectl(anchor, ['apply', '--server-side', ...files(addOnFiles())]);
}

/** What others rely on from the start. metrics-server is left to itself: it is ready after two of its looks. */
const AWAITED = [
  ['kube-system', 'coredns'],
  ['traefik', 'traefik'],
  ['monitoring', 'prometheus'],
] as const;

async function untilReady(anchor: ProcessRecord): Promise<void> {
  const ready = AWAITED.map(([namespace, name]) =>
    kubectl(anchor, ['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=120s']),
  );
  await Promise.all(ready);
}
