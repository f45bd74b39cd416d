/** Leaves a system alone that says it is asked too much: for as long as it asks, once, if a check can wait for that. */
import { millis } from '../shared/brand.ts';
import { formatDuration } from '../shared/duration.ts';
import { err, type Result } from '../shared/result.ts';
import type { MetricContext, MetricError, MetricProvider } from './provider.ts';

const PATIENCE = millis(10_000);
const BUSY: readonly number[] = [429, 503];

type Options = { readonly signal: AbortSignal };

/** The same provider, asked once more after the pause it wants. A longer pause is told and not waited for. */
export function patient(provider: MetricProvider, { clock }: Pick<MetricContext, 'clock'>): MetricProvider {
  const patiently = async <Value>(
    ask: () => Promise<Result<Value, MetricError>>,
    options: Options,
  ): Promise<Result<Value, MetricError>> => {
    const first = await ask();
    if (first.ok || first.error.kind !== 'rejected') return first;
    const { status, retryAfter, detail } = first.error;
    if (retryAfter === undefined || !BUSY.includes(status)) return first;
    if (retryAfter > PATIENCE) {
      return err({
        ...first.error,
        detail: `${detail}, asks to be left alone for ${formatDuration(retryAfter)}`,
      });
    }
    await clock.sleep(retryAfter, options);
    return ask();
  };
  return {
    query: (query, options) => patiently(() => provider.query(query, options), options),
    check: (options) => patiently(() => provider.check(options), options),
  };
}
