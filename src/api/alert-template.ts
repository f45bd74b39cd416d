/** What a message says in the words of an AlertProvider's `spec.template`, a template like those of metric queries. */
import { err, ok, type Result } from '../shared/result.ts';
import { renderTemplate } from './template.ts';

/** The names a template may use, with what they stand for. */
export interface AlertFacts {
  /** What would be sent without a template. */
  readonly message: string;
  /** `info`, `warn` or `error`. */
  readonly severity: string;
  /** As `-cluster-name` says. */
  readonly cluster: string;
  /** Of the Canary. */
  readonly name: string;
  readonly namespace: string;
  readonly target: string;
  readonly service: string;
  readonly phase: string;
  readonly revision: string;
}

/** What the strictest of the messengers takes. */
const MAX_TEXT = 4_000;

/** The text, or what is wrong with the template and where. A text that is empty or too long is refused as well. */
export function alertText(template: string, facts: AlertFacts): Result<string, string> {
  const rendered = renderTemplate(template, { ...facts });
  if (!rendered.ok) return rendered;
  const text = rendered.value.trim();
  if (text === '') return err('it yields an empty text');
  return text.length > MAX_TEXT ? err(`it yields more than ${MAX_TEXT} characters`) : ok(text);
}

const SAMPLES: readonly AlertFacts[] = (['info', 'warn', 'error'] as const).map((severity) => ({
  message: 'Canary analysis completed successfully, promotion finished.',
  severity,
  cluster: 'production',
  name: 'podinfo',
  namespace: 'default',
  target: 'podinfo',
  service: 'podinfo',
  phase: 'Succeeded',
  revision: '1-c0b46af446ef6a67',
}));

/** What is wrong with a template whatever is to be told; undefined where nothing is. */
export function alertTemplateFault(template: string): string | undefined {
  for (const sample of SAMPLES) {
    const text = alertText(template, sample);
    if (!text.ok) return text.error;
  }
  return undefined;
}
