/**
 * `npm run schemas [-- --manifests FOLDER]`: what our traffic providers render, and manifests that people have published, tried on a real API
 * server by dry run, under their vendors' definitions and ours; each compared with what the cluster in memory and
 * `serin check` make of it. The cluster is the one that `KUBECONFIG` names, else this machine's own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../src/api/objects.ts';
import { at } from '../src/api/tree.ts';
import { startSandbox } from '../src/sandbox/server.ts';
import { optionsOf } from './arguments.ts';
import { prepare } from './schemas/cluster.ts';
import { inShort } from './schemas/compare.ts';
import { publishedIn } from './schemas/published.ts';
import { renderedObjects, renderedScalers, type Rendered } from './schemas/rendered.ts';
import { openServer } from './schemas/server.ts';
import { table } from './table.ts';
import {
  tryBroken,
  tryPublished,
  tryRendered,
  type BrokenOutcome,
  type PublishedOutcome,
  type RenderedOutcome,
  type Servers,
} from './schemas/trials.ts';
import { definitionsOf, UNPUBLISHED, VENDORS } from './schemas/vendors.ts';

const ROOT = join(import.meta.dirname, '..');
const CRDS = new URL('../crds/', import.meta.url);

const CLUSTER = join(ROOT, 'hack/cluster/main.ts');

const values = optionsOf({
  manifests: { type: 'string', default: process.env['SERIN_CORPUS'] ?? join(ROOT, '../shared/corpus') },
});
process.exit(process.env['KUBECONFIG'] ? await main(values.manifests) : insideOwnCluster());

/** The same command again in the network of this machine's own cluster, which is started where it does not run. */
function insideOwnCluster(): number {
  const cluster = (...args: readonly string[]): number =>
    spawnSync(process.execPath, [CLUSTER, ...args], { stdio: 'inherit' }).status ?? 1;
  const runs = cluster('status') === 0 || cluster('up', '--bare') === 0;
  return runs ? cluster('exec', process.execPath, import.meta.filename, ...process.argv.slice(2)) : 1;
}

async function main(manifests: string): Promise<number> {
  const all = [...renderedObjects(), ...renderedScalers()];
  const rendered = all.filter(({ object }) => !UNPUBLISHED.includes(object.apiVersion));
  console.log(`not tried, since no package has the definition: ${UNPUBLISHED.join(', ')}`);
  const definitions = { theirs: await vendorsDefinitions(rendered), ours: ourDefinitions() };
  const folder = mkdtempSync(join(tmpdir(), 'serin-schemas-'));
  const sandbox = await startSandbox({ actors: false });
  writeFileSync(join(folder, 'kubeconfig'), sandbox.kubeconfig(), { mode: 0o600 });
  const servers: Servers = {
    real: await openServer(process.env['KUBECONFIG'] ?? ''),
    embedded: await openServer(join(folder, 'kubeconfig')),
  };
  try {
    await prepare(servers.embedded, definitions);
    const prepared = await prepare(servers.real, definitions);
    try {
      if (prepared.present.length > 0)
        console.log(`there already, and used as they are: ${prepared.present.join(', ')}`);
      return await tryAll(servers, rendered, manifests);
    } finally {
      await prepared.undo();
    }
  } finally {
    servers.real.close();
    servers.embedded.close();
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  }
}

async function tryAll(servers: Servers, rendered: readonly Rendered[], manifests: string): Promise<number> {
  const objects = await tryRendered(servers, rendered);
  tellRendered(objects);
  const broken = await tryBroken(servers, rendered);
  tellBroken(broken);
  const published = publishedIn(manifests, CRDS);
  if (published === undefined) console.log(`\nno manifests at ${manifests}: name a folder by --manifests`);
  const judged = await tryPublished(servers, published ?? []);
  if (published !== undefined) tellPublished(judged);
  return conclude(objects, broken, judged);
}

/** Those of kinds that we render, from their vendors. */
async function vendorsDefinitions(rendered: readonly Rendered[]): Promise<readonly KubeObject[]> {
  const kinds = new Set(rendered.map(({ object }) => `${object.apiVersion.split('/')[0]} ${object.kind}`));
  const all = await Promise.all(VENDORS.map(definitionsOf));
  return all.flat().filter((definition) => {
    const spec = definition['spec'];
    return kinds.has(`${String(at(spec, 'group'))} ${String(at(spec, 'names', 'kind'))}`);
  });
}

function ourDefinitions(): readonly KubeObject[] {
  return readdirSync(CRDS).map((file) => parse(readFileSync(new URL(file, CRDS), 'utf8')) as KubeObject);
}

// ---------------------------------------------------------------------------------------------------------- reports

function tellRendered(outcomes: readonly RenderedOutcome[]): void {
  const groups = Map.groupBy(outcomes, ({ provider, object }) =>
    [provider, object.apiVersion, object.kind, object.metadata.name].join(' '),
  );
  const rows = [...groups].map(([group, all]) => {
    const refused = all.filter(({ real }) => real.kind === 'refused').length;
    return [...group.split(' '), String(all.length), refused === 0 ? 'accepted' : `${refused} REFUSED`];
  });
  const head = ['provider', 'version', 'kind', 'object', 'variants', 'real API server'];
  console.log(`\n${table(head, rows)}`);
  for (const { provider, origin, object, real } of outcomes) {
    if (real.kind === 'refused') console.log(`${provider}, ${origin}, ${object.kind}: ${inShort(real)}`);
  }
}

function tellBroken(outcomes: readonly BrokenOutcome[]): void {
  const rows = outcomes.map(({ kind, fields, taken }) => [
    kind,
    String(fields.length),
    String(fields.length - taken.length),
    taken.join(', '),
  ]);
  console.log(`\n${table(['broken on purpose', 'fields', 'refused', 'taken'], rows)}`);
}

function tellPublished(outcomes: readonly PublishedOutcome[]): void {
  const rows = outcomes.map(({ file, expected, real, embedded, checked }) => [
    file,
    expected ?? '-',
    real.kind === 'accepted' ? 'accepted' : 'rejected',
    embedded.kind === 'accepted' ? 'accepted' : 'rejected',
    checked,
  ]);
  console.log(`\n${table(['manifest', 'expected', 'real', 'embedded', 'serin check'], rows)}`);
}

function conclude(
  objects: readonly RenderedOutcome[],
  broken: readonly BrokenOutcome[],
  published: readonly PublishedOutcome[],
): number {
  const refused = objects.filter(({ real }) => real.kind !== 'accepted');
  const fields = broken.flatMap((one) => one.fields);
  const taken = broken.flatMap((one) => one.taken);
  const unexpected = published.filter(
    ({ real, expected }) => (real.kind === 'accepted') !== (expected === 'accepted'),
  );
  const differences = [
    ...objects.flatMap(({ provider, origin, object, difference }) =>
      difference === undefined ? [] : [`${provider}, ${origin}, ${object.kind}: ${difference}`],
    ),
    ...broken.flatMap((one) => one.differences),
    ...published.flatMap(({ complaints }) => complaints),
  ];
  if (differences.length > 0) console.log(`\ndifferences:\n${differences.join('\n')}`);
  console.log(
    `\n${objects.length - refused.length} of ${objects.length} objects of ${new Set(objects.map(({ provider }) => provider)).size} providers accepted; ` +
      `${fields.length - taken.length} of ${fields.length} broken ones refused; ` +
      `${published.length - unexpected.length} of ${published.length} manifests as expected; ` +
      `${differences.length} differences from the cluster in memory and from serin check`,
  );
  return refused.length + taken.length + unexpected.length + differences.length === 0 ? 0 : 1;
}
