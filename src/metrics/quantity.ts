/** Kubernetes' notation for amounts: `5`, `500m`, `1.5k`, `2Ki`, `1e3`. */

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/u;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** As the nearest number; undefined for what is no quantity. */
export function parseQuantity(text: string): number | undefined {
  const [, digits = '', suffix = ''] = QUANTITY.exec(text.trim()) ?? [];
  if (digits === '') return undefined;
  const decimal = DECIMAL.indexOf(suffix);
  const binary = BINARY.indexOf(suffix);
  if (decimal < 0 && binary < 0) return undefined;
  // Divided, since a thousandth is no number a computer has: 1500m is 1.5 and not nearly so.
  if (decimal >= 0 && decimal < 3) return Number(digits) / 1_000 ** (3 - decimal);
  return Number(digits) * (decimal >= 0 ? 1_000 ** (decimal - 3) : 1_024 ** binary);
}
