/** What the add-ons count, against what the cluster in memory counts: the same rollouts are judged by both. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { addOnFiles } from '../../../hack/cluster/addon-plan.ts';
import { TRAEFIK } from '../../../hack/demo/request-metrics.ts';
import { textAt, valueAt } from '../../e2e/harness/look.ts';

function addOn(name: string, kind: string): unknown {
  const file = addOnFiles().find((path) => path.endsWith(`-${name}.yaml`)) ?? '';
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS() as unknown)
    .find((object) => textAt(object, 'kind') === kind);
}

describe('Traefik', () => {
  it('counts durations in the buckets that the router in memory has', () => {
    const args = valueAt(addOn('traefik', 'Deployment'), 'spec', 'template', 'spec', 'containers', 0, 'args');
    const option = '--metrics.prometheus.buckets=';
    const [buckets] = (args as readonly string[]).filter((arg) => arg.startsWith(option));

    expect(buckets?.slice(option.length).split(',').map(Number)).toEqual(TRAEFIK.bounds);
  });
});

describe('Prometheus', () => {
  const config: unknown = parse(textAt(addOn('prometheus', 'ConfigMap'), 'data', 'prometheus.yml'));
  const rules = valueAt(config, 'scrape_configs', 0, 'metric_relabel_configs') as readonly unknown[];
  // Prometheus anchors its expressions.
  const isDropped = (series: string, path: string): boolean =>
    rules.some((rule) => new RegExp(`^(?:${textAt(rule, 'regex')})$`).test(`${series};${path}`));

  it('leaves out what pods count of probes, as the pods in memory do, and nothing else', () => {
    expect(isDropped('http_request_duration_seconds_bucket', 'readyz')).toBe(true);
    expect(isDropped('http_request_duration_seconds_count', 'healthz')).toBe(true);
    expect(isDropped('http_request_duration_seconds_count', 'root')).toBe(false);
    expect(isDropped('http_request_duration_seconds_count', 'status_{code:[0-9]+}')).toBe(false);
    expect(isDropped('traefik_service_request_duration_seconds_bucket', '')).toBe(false);
  });
});
