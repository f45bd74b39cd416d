/**
 * Fills in query templates: the part of Go's text/template that queries use, so that a MetricTemplate written for
 * Flagger yields the same query. A name without a value is a fault, never an empty text. What a template costs is
 * bounded, since anybody who may create a MetricTemplate makes the controller run it.
 */
import { unreachable } from '../shared/brand.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { display, isList, isTrue, TEMPLATE_FUNCTIONS, type TemplateValue } from './template-functions.ts';
import {
  parseTemplate,
  visitOperands,
  type Command,
  type Node,
  type Operand,
  type Pipe,
} from './template-syntax.ts';
import { TemplateFault } from './template-tokens.ts';

export type { TemplateValue };

const MAX_TEMPLATE = 200_000;
const MAX_OUTPUT = 1_000_000;
/** Nodes and commands; a real query takes a few dozen. */
const MAX_STEPS = 100_000;
/** They leave arguments alone that do not matter, which no ordinary function can. */
const LAZY = new Set(['and', 'or']);

/**
 * The text with every action carried out, or what is wrong with it and where: `line 4, column 12: …`. `functions`
 * are the names without arguments, such as `namespace`. Never throws, always ends.
 */
export function renderTemplate(
  text: string,
  functions: Readonly<Record<string, TemplateValue>>,
): Result<string, string> {
  return attempt(text, () => {
    const nodes = parse(text, Object.keys(functions));
    const run = new Run(functions);
    run.write(nodes, null, new Scope(new Map([['', null]])));
    return run.output;
  });
}

/** Whether it can be parsed, without values: names and grammar are checked, keys of maps are not. */
export function checkTemplate(text: string, names: readonly string[]): Result<undefined, string> {
  return attempt(text, () => {
    parse(text, names);
    return undefined;
  });
}

/** The keys a template asks of a map among its functions, as `path` in `variables.path`; none if it does not parse. */
export function keysOf(text: string, map: string, names: readonly string[]): readonly string[] {
  const keys = new Set<string>();
  const parsed = attempt(text, () => parse(text, names));
  if (parsed.ok) {
    visitOperands(parsed.value, ({ base, path: [key] }) => {
      if (base.kind === 'function' && base.name === map && key !== undefined) keys.add(key);
    });
  }
  return [...keys];
}

function parse(text: string, names: readonly string[]): readonly Node[] {
  if (text.length > MAX_TEMPLATE) throw new TemplateFault(0, `longer than ${MAX_TEMPLATE} characters`);
  const known = new Set([...names, ...TEMPLATE_FUNCTIONS.keys(), ...LAZY]);
  return parseTemplate(text, (name) => known.has(name));
}

/** Faults travel as exceptions through a recursive descent and become results here, the only place that catches. */
function attempt<Value>(text: string, action: () => Value): Result<Value, string> {
  try {
    return ok(action());
  } catch (fault) {
    if (!(fault instanceof TemplateFault)) throw fault;
    const before = text.slice(0, fault.offset).split('\n');
    return err(`line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${fault.message}`);
  }
}

class Run {
  output = '';
  #steps = 0;
  readonly #functions: ReadonlyMap<string, TemplateValue>;

  constructor(functions: Readonly<Record<string, TemplateValue>>) {
    this.#functions = new Map(Object.entries(functions));
  }

  write(nodes: readonly Node[], dot: TemplateValue, scope: Scope): void {
    for (const node of nodes) {
      switch (node.kind) {
        case 'text':
          this.#print(node.text, 0);
          break;
        case 'output': {
          const value = this.#pipe(node.pipe, dot, scope);
          if (node.pipe.sets.length === 0) this.#print(printable(value, node.pipe), node.pipe.offset);
          break;
        }
        case 'if':
        case 'with':
        case 'range':
          this.#control(node, dot, scope);
          break;
        default:
          unreachable(node);
      }
    }
  }

  #control(node: Exclude<Node, { kind: 'text' | 'output' }>, dot: TemplateValue, outer: Scope): void {
    const scope = new Scope(outer);
    const value = this.#pipe(node.pipe, dot, scope);
    if (!isTrue(value)) {
      this.write(node.otherwise, dot, new Scope(outer));
      return;
    }
    if (node.kind !== 'range') {
      this.write(node.body, node.kind === 'with' ? value : dot, scope);
      return;
    }
    for (const [key, element] of entriesOf(value, node.pipe)) {
      this.#step(node.pipe.offset);
      const inner = new Scope(scope);
      const [first = '', second] = node.pipe.sets;
      if (second !== undefined) {
        inner.set(first, key);
        inner.set(second, element);
      } else if (node.pipe.sets.length > 0) inner.set(first, element);
      this.write(node.body, element, inner);
    }
  }

  #pipe({ commands, sets, declares, offset }: Pipe, dot: TemplateValue, scope: Scope): TemplateValue {
    let value: TemplateValue | undefined;
    for (const command of commands) value = this.#command(command, value, dot, scope);
    const result = value ?? null;
    this.#step(offset);
    const [name] = sets;
    if (name !== undefined && sets.length === 1) {
      if (declares) scope.set(name, result);
      else scope.assign(name, result);
    }
    return result;
  }

  /** `piped` is what the command before yields; it becomes the last argument. */
  #command(
    [head, ...rest]: Command,
    piped: TemplateValue | undefined,
    dot: TemplateValue,
    scope: Scope,
  ): TemplateValue {
    this.#step(head.offset);
    const { base, path, offset } = head;
    const given = rest.length + (piped === undefined ? 0 : 1);
    if (base.kind === 'function' && path.length === 0 && !this.#functions.has(base.name)) {
      if (LAZY.has(base.name)) return this.#lazy(base.name, offset, rest, piped, dot, scope);
      const args = rest.map((operand) => this.#operand(operand, dot, scope));
      const answer = TEMPLATE_FUNCTIONS.get(base.name)?.(piped === undefined ? args : [...args, piped]);
      if (answer?.ok === true) return answer.value;
      throw new TemplateFault(offset, answer?.error ?? `function ${JSON.stringify(base.name)} not defined`);
    }
    if (given > 0) throw new TemplateFault(offset, 'arguments are given to something that takes none');
    return this.#operand(head, dot, scope);
  }

  #lazy(
    name: string,
    offset: number,
    rest: readonly Operand[],
    piped: TemplateValue | undefined,
    dot: TemplateValue,
    scope: Scope,
  ): TemplateValue {
    let value: TemplateValue | undefined;
    for (const operand of rest) {
      value = this.#operand(operand, dot, scope);
      if (isTrue(value) === (name === 'or')) return value;
    }
    const result = piped ?? value;
    if (result === undefined) throw new TemplateFault(offset, `${name} takes at least one argument`);
    return result;
  }

  #operand({ base, path, offset }: Operand, dot: TemplateValue, scope: Scope): TemplateValue {
    let value = this.#base(base, offset, dot, scope);
    for (const key of path) value = member(value, key, offset);
    return value;
  }

  #base(base: Operand['base'], offset: number, dot: TemplateValue, scope: Scope): TemplateValue {
    switch (base.kind) {
      case 'literal':
        return base.value;
      case 'dot':
        return dot;
      case 'variable':
        return scope.get(base.name) ?? null;
      case 'pipe':
        return this.#pipe(base.pipe, dot, scope);
      case 'function': {
        const value = this.#functions.get(base.name);
        if (value !== undefined) return value;
        return this.#command([{ base, path: [], offset }], undefined, dot, scope);
      }
      default:
        return unreachable(base);
    }
  }

  #step(offset: number): void {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) throw new TemplateFault(offset, `takes more than ${MAX_STEPS} steps`);
  }

  #print(text: string, offset: number): void {
    this.#step(offset);
    this.output += text;
    if (this.output.length > MAX_OUTPUT)
      throw new TemplateFault(offset, `yields more than ${MAX_OUTPUT} characters`);
  }
}

type Variables = Map<string, TemplateValue>;

/** Variables that hide those further out and are gone at the `end`. */
class Scope extends Map<string, TemplateValue> {
  readonly #outer: Variables;

  constructor(outer: Variables) {
    super();
    this.#outer = outer;
  }

  override get(name: string): TemplateValue | undefined {
    return super.has(name) ? super.get(name) : this.#outer.get(name);
  }

  /** Changes the variable where it was made. */
  assign(name: string, value: TemplateValue): void {
    if (super.has(name)) super.set(name, value);
    else if (this.#outer instanceof Scope) this.#outer.assign(name, value);
    else this.#outer.set(name, value);
  }
}

function member(value: TemplateValue, key: string, offset: number): TemplateValue {
  if (value === null) throw new TemplateFault(offset, `nil data; no entry for key ${JSON.stringify(key)}`);
  if (typeof value !== 'object' || isList(value)) {
    throw new TemplateFault(offset, `${display(value)} has no field ${key}`);
  }
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  if (found === undefined) {
    throw new TemplateFault(offset, `map has no entry for key ${JSON.stringify(key)}`);
  }
  return found;
}

function printable(value: TemplateValue, { offset }: Pipe): string {
  if (value === null) throw new TemplateFault(offset, 'there is no value to fill in');
  return display(value);
}

function entriesOf(
  value: TemplateValue,
  { offset }: Pipe,
): readonly (readonly [TemplateValue, TemplateValue])[] {
  if (typeof value !== 'object' || value === null) {
    throw new TemplateFault(offset, `range cannot go over ${display(value)}`);
  }
  if (isList(value)) return value.map((element, index) => [index, element] as const);
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
