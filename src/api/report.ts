/** Collects what is found while a resource is read. */
import type { Finding } from './model.ts';

/** Reasons in the order in which they are named when there are several: the first explains the rest. */
const REASONS = ['UnknownProvider', 'CrossNamespaceReference', 'UnsupportedFeature', 'InvalidSpec'] as const;
export type ProblemReason = (typeof REASONS)[number];

/** Why a spec cannot be followed as written. */
export interface Problem {
  readonly reason: string;
  readonly detail: string;
}

const MAX_NAMED = 5;

export class Report {
  readonly #findings: Finding[] = [];
  readonly #reasons = new Set<ProblemReason>();

  /** The spec cannot be followed as written. */
  error(field: string, message: string, reason: ProblemReason = 'InvalidSpec'): void {
    this.#findings.push({ severity: 'error', field, message });
    this.#reasons.add(reason);
  }

  /** It can be followed, though perhaps not as its author thinks. */
  warning(field: string, message: string): void {
    this.#findings.push({ severity: 'warning', field, message });
  }

  add(findings: readonly Finding[]): void {
    for (const { severity, field, message } of findings) this[severity](field, message);
  }

  /** Whether something is wrong with one of these fields, or with something in them. */
  hasErrorAt(fields: readonly string[]): boolean {
    return this.#findings.some(
      ({ severity, field }) =>
        severity === 'error' && fields.some((at) => field === at || field.startsWith(`${at}[`)),
    );
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** All errors in one sentence, under the most telling reason; undefined where there are none. */
  get problem(): Problem | undefined {
    const reason = REASONS.find((known) => this.#reasons.has(known));
    if (reason === undefined) return undefined;
    const errors = this.#findings.filter(({ severity }) => severity === 'error');
    const named = errors.slice(0, MAX_NAMED).map(({ field, message }) => `${field}: ${message}`);
    const rest = errors.length - named.length;
    return { reason, detail: [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ') };
  }
}
