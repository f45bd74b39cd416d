/** The table of what each traffic provider can do, made from the registry. */
import type { Capabilities } from '../../src/api/model.ts';
import type { TrafficProvider } from '../../src/traffic/provider.ts';
import { trafficProviders } from '../../src/traffic/registry.ts';

const HEAD = [
  'Provider',
  'Share of live traffic',
  'A/B testing',
  '[Session affinity](strategies.md#session-affinity)',
  'Mirrored requests',
];

/** Lines of Markdown, a row for each provider. */
export function capabilityTable(): string {
  const rows = Object.entries<TrafficProvider>(trafficProviders).map(([name, { supports, routed }]) => [
    `[\`${name}\`](traffic/${name.replaceAll(':', '-')}.md)`,
    yesOrNo(routed && supports.weights),
    yesOrNo(supports.match),
    yesOrNo(supports.affinity),
    mirrors(supports),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function yesOrNo(can: boolean): string {
  return can ? 'yes' : 'no';
}

function mirrors({ mirror: { canary, blueGreen } }: Capabilities): string {
  if (canary && blueGreen) return 'yes';
  return canary ? 'canary only' : blueGreen ? 'blue/green only' : 'no';
}
