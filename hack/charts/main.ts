/**
 * `npm run charts`: lints the charts, renders them with every set of values under test/fixtures/charts and holds the
 * result against what is expected, and sees that wrong values are refused with a sentence. `-- --write` takes what is
 * rendered as expected.
 *
 * `-- --cluster` then tries them on the real cluster (`hack/charts/live.ts`); `--from REF` names the commit to upgrade
 * from, HEAD~1 if not given, whose image `npm run images -- --ref REF --tag previous` has built.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import {
  chartFolder,
  CHARTS,
  casesOf,
  goldenOf,
  refusedOf,
  renderCase,
  renderRefused,
  writeGolden,
} from './goldens.ts';
import { findHelm } from './helm.ts';
import { tryOut } from './live.ts';

const NO_HELM = `There is no helm on the path, nor beside the cluster. With Go: go install helm.sh/helm/v3/cmd/helm@v3.19.0`;

/** A complaint per thing that is wrong. */
function check(helm: string, write: boolean): readonly string[] {
  return CHARTS.flatMap((chart) => {
    const folder = chartFolder(chart);
    const lint = spawnSync(helm, ['lint', '--strict', '--quiet', folder], { encoding: 'utf8' });
    const faults = [
      ...(lint.status === 0 ? [] : [`helm lint: ${lint.stdout}${lint.stderr}`]),
      ...casesOf(chart).flatMap((name) => checkCase(helm, chart, name, write)),
      ...refusedOf(chart).flatMap((refused) => {
        const { ok, error } = renderRefused(helm, chart, refused);
        if (!ok && error.includes(refused.says)) return [];
        const given = JSON.stringify(refused.values);
        return [`${given} is ${ok ? 'not refused' : `refused with: ${error}`}, expected: ${refused.says}`];
      }),
    ];
    const counts = `${casesOf(chart).length} renders, ${refusedOf(chart).length} refusals`;
    console.log(`chart ${chart.name}: lint, ${counts}: ${faults.length === 0 ? 'ok' : 'FAILED'}`);
    return faults.map((fault) => `chart ${chart.name}: ${fault}`);
  });
}

function checkCase(
  helm: string,
  chart: (typeof CHARTS)[number],
  name: string,
  write: boolean,
): readonly string[] {
  const { ok, text, error } = renderCase(helm, chart, name);
  if (!ok) return [`${name}: ${error}`];
  const [broken] = parseAllDocuments(text).flatMap(({ errors }) => errors);
  if (broken !== undefined) return [`${name}: ${broken.message}`];
  if (write) writeGolden(chart, name, text);
  return text === goldenOf(chart, name)
    ? []
    : [`${name} renders otherwise than expected; npm run charts -- --write, and look at git diff`];
}

const { values: asked } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    cluster: { type: 'boolean', default: false },
    from: { type: 'string', default: 'HEAD~1' },
  },
});
process.exitCode = await main();

async function main(): Promise<number> {
  const helm = findHelm();
  if (helm === undefined) {
    console.error(NO_HELM);
    return 1;
  }
  const faults = check(helm, asked.write);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0 || !asked.cluster) return faults.length === 0 ? 0 : 1;
  try {
    await tryOut(helm, asked.from);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
