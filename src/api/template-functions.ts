/**
 * The functions every query template has, as Go's text/template has them. Where Go prints its complaint into the
 * text, as in `%!s(MISSING)`, these refuse: no metric system has an answer to such a query.
 */
import { err, ok, type Result } from '../shared/result.ts';

/** What a template works with. */
export type TemplateValue =
  null | string | number | boolean | readonly TemplateValue[] | { readonly [key: string]: TemplateValue };

export type TemplateFunction = (args: readonly TemplateValue[]) => Result<TemplateValue, string>;

/** `and` and `or` are not here: they leave arguments alone that do not matter. */
export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  [
    'not',
    ([value = null, ...rest]) => (rest.length > 0 ? err('not takes one argument') : ok(!isTrue(value))),
  ],
  ['len', ([value = null]) => length(value)],
  ['index', index],
  ['print', (args) => ok(printAll(args))],
  ['println', (args) => ok(`${args.map(display).join(' ')}\n`)],
  ['printf', ([format = null, ...args]) => printf(format, args)],
  ['eq', equalToAny],
  ['ne', (args) => negated(equalToAny(args))],
  ['lt', comparison((order) => order < 0)],
  ['le', comparison((order) => order <= 0)],
  ['gt', comparison((order) => order > 0)],
  ['ge', comparison((order) => order >= 0)],
]);

/** Empty, zero, false and nothing are false. */
export function isTrue(value: TemplateValue): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== null && value !== '' && value !== 0 && value !== false;
}

/** A value as Go prints it. */
export function display(value: TemplateValue): string {
  if (value === null) return '<no value>';
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(display).join(' ')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([key, member]) => `${key}:${display(member)}`).join(' ')}]`;
}

export function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}

function length(value: TemplateValue): Result<TemplateValue, string> {
  if (typeof value === 'string') return ok(value.length);
  if (typeof value === 'object' && value !== null) return ok(Object.keys(value).length);
  return err(`len of ${display(value)}, which has no length`);
}

/** A map without the key yields the empty string, as Go's does; only `map.key` is strict. */
function index([start = null, ...keys]: readonly TemplateValue[]): Result<TemplateValue, string> {
  let value = start;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return err(`cannot index ${display(value)}`);
    if (isList(value)) {
      const element: TemplateValue | undefined = typeof key === 'number' ? value[key] : undefined;
      if (element === undefined) return err(`index ${display(key)} is not in a list of ${value.length}`);
      value = element;
    } else {
      const name = display(key);
      value = Object.hasOwn(value, name) ? (value[name] ?? '') : '';
    }
  }
  return ok(value);
}

/** Blanks stand between operands of which neither is text. */
function printAll(args: readonly TemplateValue[]): string {
  return args
    .map((arg, place) => {
      const before = args[place - 1];
      const apart = place > 0 && typeof arg !== 'string' && typeof before !== 'string';
      return (apart ? ' ' : '') + display(arg);
    })
    .join('');
}

function equalToAny([first = null, ...others]: readonly TemplateValue[]): Result<boolean, string> {
  if (others.length === 0) return err('a comparison takes two arguments');
  const unlike = others.find((other) => typeof other !== typeof first);
  if (unlike !== undefined) return err(incomparable(first, unlike));
  if (typeof first === 'object' && first !== null) return err('lists and maps cannot be compared');
  return ok(others.includes(first));
}

function negated(result: Result<boolean, string>): Result<boolean, string> {
  return result.ok ? ok(!result.value) : result;
}

function comparison(holds: (order: number) => boolean): TemplateFunction {
  return ([a = null, b = null, ...rest]) => {
    if (rest.length > 0) return err('a comparison takes two arguments');
    if (typeof a === 'number' && typeof b === 'number') return ok(holds(a - b));
    if (typeof a === 'string' && typeof b === 'string') return ok(holds(a < b ? -1 : a > b ? 1 : 0));
    return err(incomparable(a, b));
  };
}

function incomparable(a: TemplateValue, b: TemplateValue): string {
  return `cannot compare ${display(a)} with ${display(b)}`;
}

const VERB = /%(?<flags>[-+ 0#]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<verb>[\s\S]?)/g;
const MAX_WIDTH = 200;

interface Directive {
  readonly verb: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function printf(format: TemplateValue, args: readonly TemplateValue[]): Result<string, string> {
  if (typeof format !== 'string') return err('printf wants a format first');
  let used = 0;
  let fault: string | undefined;
  const text = format.replace(
    VERB,
    (_whole, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const arg = args[used];
      used += 1;
      if (arg === undefined) fault ??= `printf has no argument for %${verb}`;
      const precise = precision === undefined ? undefined : Number(precision);
      const formatted = directive({ verb, flags, width: Number(width), precision: precise }, arg ?? null);
      if (!formatted.ok) fault ??= formatted.error;
      return formatted.ok ? formatted.value : '';
    },
  );
  if (fault === undefined && used < args.length)
    fault = `printf has ${args.length} arguments for ${used} verbs`;
  return fault === undefined ? ok(text) : err(fault);
}

function directive(wanted: Directive, arg: TemplateValue): Result<string, string> {
  const { flags, width, precision = 0 } = wanted;
  if (width > MAX_WIDTH || precision > MAX_WIDTH)
    return err(`printf is asked for more than ${MAX_WIDTH} characters`);
  const text = formatted(wanted, arg);
  if (text === undefined) return err(`printf cannot show ${display(arg)} as %${wanted.verb}`);
  const signed = flags.includes('+') && typeof arg === 'number' && arg >= 0 ? `+${text}` : text;
  if (flags.includes('-')) return ok(signed.padEnd(width));
  if (!flags.includes('0') || typeof arg !== 'number') return ok(signed.padStart(width));
  const sign = /^[+-]/.exec(signed)?.[0] ?? '';
  return ok(sign + signed.slice(sign.length).padStart(width - sign.length, '0'));
}

/** Undefined where the verb does not go with the value. */
function formatted({ verb, precision }: Directive, arg: TemplateValue): string | undefined {
  switch (verb) {
    case 'v':
      return display(arg);
    case 's':
      return typeof arg === 'number' || typeof arg === 'boolean'
        ? undefined
        : display(arg).slice(0, precision);
    case 'q':
      return typeof arg === 'string' ? JSON.stringify(arg) : undefined;
    case 't':
      return typeof arg === 'boolean' ? String(arg) : undefined;
    case 'd':
      return Number.isInteger(arg) ? display(arg) : undefined;
    case 'f':
      return typeof arg === 'number' ? arg.toFixed(Math.min(100, precision ?? 6)) : undefined;
    case 'g':
      return typeof arg === 'number' ? String(arg) : undefined;
    default:
      return undefined;
  }
}
