/** `spec.autoscalerRef`: what scales the target, of which the primary gets a copy. */
import type { WrittenSpec } from './canary-schema.ts';
import type { AutoscalerRef } from './model.ts';
import type { Report } from './report.ts';
import { defined } from './tree.ts';

const FIELD = 'spec.autoscalerRef';
const KEDA = 'ScaledObject';
const COPIED: readonly string[] = ['HorizontalPodAutoscaler', KEDA];

/** Undefined where there is none and, reported, where it names nothing. Its version is never asked for. */
export function parseAutoscaler(
  written: WrittenSpec['autoscalerRef'],
  report: Report,
): AutoscalerRef | undefined {
  if (written === undefined) return undefined;
  const { kind = '', name = '', primaryScalerReplicas: bounds = {} } = written;
  if (kind === '' || name === '') {
    const missing = kind === '' ? 'kind' : 'name';
    report.error(`${FIELD}.${missing}`, "is missing, expected the kind and name of the target's autoscaler");
    return undefined;
  }
  if (!COPIED.includes(kind)) {
    const message = `has no effect on the primary: only a ${COPIED.join(' or ')} is copied; a ${kind} stays on the target alone, the primary keeps its replicas`;
    report.warning(`${FIELD}.kind`, message);
  }
  const { minReplicas, maxReplicas } = bounds;
  const range = [minReplicas ?? 1, maxReplicas ?? Infinity] as const;
  if (range[0] < 1 || range[1] < range[0]) {
    const found = `found minReplicas ${minReplicas ?? 'unset'}, maxReplicas ${maxReplicas ?? 'unset'}`;
    report.error(
      `${FIELD}.primaryScalerReplicas`,
      `${found}, expected 1 or more, and maxReplicas no less than minReplicas`,
    );
  }
  const { primaryScalerQueries: queries } = written;
  if (queries !== undefined && kind !== KEDA) {
    report.warning(
      `${FIELD}.primaryScalerQueries`,
      `has no effect: a ${kind} asks no queries, a ${KEDA} does`,
    );
  }
  const bounded = { kind, name, bounds: defined({ minReplicas, maxReplicas }) };
  return queries === undefined ? bounded : { ...bounded, queries };
}

/** An autoscaler as a status remembers it: `<kind>/<name>`, or nothing for none. */
export const autoscalerName = {
  of: (ref: AutoscalerRef | undefined): string => (ref === undefined ? '' : `${ref.kind}/${ref.name}`),

  parse(name: string): AutoscalerRef | undefined {
    const [kind, rest] = name.split('/');
    return kind === undefined || rest === undefined ? undefined : { kind, name: rest, bounds: {} };
  },
};
