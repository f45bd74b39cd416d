/** What the controller would say of an object that the API server takes, in the same words. */
import { parseAlertProvider } from '../../api/alert-provider.ts';
import { parseCanary, type CanaryContext } from '../../api/canary.ts';
import { doubtsAbout } from '../../api/doubts.ts';
import { parseMetricTemplate } from '../../api/metric-template.ts';
import type { Finding } from '../../api/model.ts';
import type { KubeObject } from '../../api/objects.ts';
import { isRecord, type Entries } from './record.ts';

/** Findings about an object of one of our kinds; nothing about any other. */
export function followingOf(kind: string, object: Entries, context: CanaryContext): readonly Finding[] {
  if (!isKubeObject(object)) return [];
  switch (kind) {
    case 'Canary':
      return canaryFindings(object, context);
    case 'MetricTemplate':
      return parseMetricTemplate(object).findings;
    case 'AlertProvider':
      return parseAlertProvider(object).findings;
    default:
      return [];
  }
}

function canaryFindings(object: KubeObject, context: CanaryContext): readonly Finding[] {
  const { canary, findings } = parseCanary(object, context);
  return canary === undefined ? findings : [...findings, ...doubtsAbout(canary)];
}

function isKubeObject(object: Entries): object is KubeObject {
  return isRecord(object['metadata']) && typeof object['metadata']['name'] === 'string';
}
