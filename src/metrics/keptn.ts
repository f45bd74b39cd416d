/**
 * Keptn's metrics toolkit: the value of a KeptnMetric, or an Analysis that is made for this one question and deleted when it has
 * been answered. One that a process left behind when it died carries the label of those we manage.
 */
import { z } from 'zod';

import { KINDS } from '../api/kinds.ts';
import type { ObjectRef } from '../api/objects.ts';
import { millis } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { asMetricError, namespaceFault } from './cluster.ts';
import type { MetricContext, MetricError, MetricProvider, MetricProviderFactory } from './provider.ts';
import { malformed, NO_DATA, numeric, valueOr } from './recipe.ts';

const POLL = millis(1_000);
const POLLS = 10;
const EXPECTED =
  'expected keptnmetric/<namespace>/<name> or analysis/<namespace>/<name>[/<duration>[/<key>=<value>;…]]';

const Metric = z.object({ status: z.object({ value: numeric.optional() }).optional() });
const Analysis = z.object({
  status: z.object({ state: z.string().optional(), pass: z.boolean().optional() }).optional(),
});

type Options = { readonly signal: AbortSignal };
type Value = Result<number, MetricError>;

type Asked =
  | { readonly kind: 'metric'; readonly namespace: string; readonly name: string }
  | {
      readonly kind: 'analysis';
      readonly namespace: string;
      readonly name: string;
      readonly recent: string;
      readonly args: Readonly<Record<string, string>>;
    };

export const keptn: MetricProviderFactory = (backend, context) => {
  const provider: MetricProvider = {
    query: async ({ query }, options) => {
      const asked = askedIn(query);
      if (!asked.ok) return malformed(asked.error);
      const fault = namespaceFault(asked.value.namespace, backend);
      if (fault !== undefined) return malformed(fault);
      const { value } = asked;
      return value.kind === 'metric'
        ? metricValue(value, context, options)
        : analysed(value, context, options);
    },
    // What is there shows when it is asked for: there is no server of its own.
    check: async () => ok(),
  };
  return ok(provider);
};

/** As Keptn's names are, in lower case; of one object or of many, as people write it. */
function askedIn(text: string): Result<Asked, string> {
  const refused = err(`the query is ${JSON.stringify(text.trim())}, ${EXPECTED}`);
  const [kind, namespace = '', name = '', recent = '1m', given = '', ...more] = text
    .trim()
    .toLowerCase()
    .split('/');
  if (namespace === '' || !/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/u.test(name) || more.length > 0) return refused;
  if (kind === 'keptnmetric' || kind === 'keptnmetrics') return ok({ kind: 'metric', namespace, name });
  const span = parseDuration(recent);
  if ((kind !== 'analysis' && kind !== 'analyses') || span === undefined || span === 0) return refused;
  const pairs = given
    .split(';')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('='));
  if (pairs.some((pair) => pair.length !== 2 || pair[0] === '')) return refused;
  return ok({
    kind: 'analysis',
    namespace,
    name,
    recent,
    args: Object.fromEntries(pairs) as Record<string, string>,
  });
}

async function metricValue(
  { namespace, name }: Pick<Asked, 'namespace' | 'name'>,
  { objects }: MetricContext,
  options: Options,
): Promise<Value> {
  const read = await objects.read({ ...KINDS.KeptnMetric, namespace, name }, options);
  if (!read.ok) return err(asMetricError(read.error));
  const metric = Metric.safeParse(read.value);
  if (!metric.success) return malformed(`the value of the KeptnMetric ${name} is not a number`);
  const value = valueOr(metric.data.status?.value);
  return value.ok && Number.isNaN(value.value) ? NO_DATA : value;
}

async function analysed(
  asked: Asked & { readonly kind: 'analysis' },
  context: MetricContext,
  options: Options,
): Promise<Value> {
  const { namespace, name, recent, args } = asked;
  const { apiVersion, kind } = KINDS.KeptnAnalysis;
  const suffix = Math.trunc(context.random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
  const ref = { apiVersion, kind, namespace, name: `${name}-${suffix}` };
  const created = await context.objects.create(
    {
      apiVersion,
      kind,
      metadata: { namespace, name: ref.name, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
      spec: { analysisDefinition: { name, namespace }, args, timeframe: { recent } },
    },
    options,
  );
  if (!created.ok) return err(asMetricError(created.error));
  try {
    return await outcome(ref, context, options);
  } finally {
    // Also when nobody waits for the answer any more.
    await context.objects.delete(ref, { signal: new AbortController().signal });
  }
}

/** 1 where the analysis passes, 0 where it does not. */
async function outcome(ref: ObjectRef, { objects, clock }: MetricContext, options: Options): Promise<Value> {
  for (let poll = 0; poll < POLLS; poll += 1) {
    await clock.sleep(POLL, options);
    const read = await objects.read(ref, options);
    if (!read.ok) return err(asMetricError(read.error));
    const analysis = Analysis.safeParse(read.value);
    const { state, pass } = analysis.data?.status ?? {};
    if (state === 'Completed') return pass === undefined ? NO_DATA : ok(pass ? 1 : 0);
  }
  return err({ kind: 'unreachable', detail: `the analysis ${ref.name} was not completed within 10s` });
}
