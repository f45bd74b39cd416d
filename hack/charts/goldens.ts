/** What is known of the charts: values with what they render, and values that are refused with the sentence. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { render, type Rendered } from './helm.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures/charts');

export const CHARTS = [
  { name: 'serin', release: 'serin', namespace: 'serin-system' },
  { name: 'loadtester', release: 'flagger-loadtester', namespace: 'test' },
] as const;

export type Chart = (typeof CHARTS)[number];

export function chartFolder({ name }: Chart): string {
  return join(ROOT, 'charts', name);
}

/** The names of the folders with values. */
export function casesOf({ name }: Chart): readonly string[] {
  const entries = readdirSync(join(FIXTURES, name), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

export function goldenOf({ name }: Chart, of: string): string {
  const path = join(FIXTURES, name, of, 'expected.yaml');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function writeGolden({ name }: Chart, of: string, text: string): void {
  writeFileSync(join(FIXTURES, name, of, 'expected.yaml'), text);
}

export function renderCase(helm: string, chart: Chart, of: string): Rendered {
  const { release, namespace } = chart;
  const values = join(FIXTURES, chart.name, of, 'values.yaml');
  return render(helm, { chart: chartFolder(chart), release, namespace, values });
}

export interface Refused {
  readonly values: unknown;
  readonly says: string;
}

export function refusedOf({ name }: Chart): readonly Refused[] {
  return parse(readFileSync(join(FIXTURES, name, 'refused.yaml'), 'utf8')) as readonly Refused[];
}

export function renderRefused(helm: string, chart: Chart, { values }: Refused): Rendered {
  const { release, namespace } = chart;
  const input = JSON.stringify(values);
  return render(helm, { chart: chartFolder(chart), release, namespace, values: '-', input });
}
