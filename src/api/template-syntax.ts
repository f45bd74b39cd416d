/**
 * The grammar of query templates: the part of Go's text/template that queries use. There are no nested templates
 * and no `break`; names are checked here, so that a misspelt one is found in a branch nobody took.
 */
import { TemplateFault, tokenize, Words, type Piece, type Token } from './template-tokens.ts';

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipe: Pipe;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** `$x := a b | c`; what the last command yields is the value of the whole. */
export interface Pipe {
  readonly commands: readonly [Command, ...Command[]];
  /** Variables set by it: one, or index and element in a range. */
  readonly sets: readonly string[];
  /** `=` sets a variable that exists, `:=` makes one. */
  readonly declares: boolean;
  readonly offset: number;
}

/** A function with its arguments, or a value alone. */
export type Command = readonly [Operand, ...Operand[]];

export interface Operand {
  readonly base:
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | { readonly kind: 'dot' }
    | { readonly kind: 'variable' | 'function'; readonly name: string }
    | { readonly kind: 'pipe'; readonly pipe: Pipe };
  /** `.a.b` behind it. */
  readonly path: readonly string[];
  readonly offset: number;
}

const MAX_DEPTH = 50;
const CONTROLS = new Set(['if', 'with', 'range']);
const UNSUPPORTED = new Set(['define', 'template', 'block', 'break', 'continue', 'call']);
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['nil', null],
]);

/** Throws a TemplateFault for what Go refuses to parse, and for what is not supported. */
export function parseTemplate(template: string, isFunction: (name: string) => boolean): readonly Node[] {
  return new Parser(tokenize(template), isFunction).whole();
}

interface Body {
  readonly nodes: readonly Node[];
  /** The `else` or `end` that ended it. */
  readonly end: Words;
}

class Parser {
  readonly #pieces: readonly Piece[];
  readonly #isFunction: (name: string) => boolean;
  #next = 0;
  #depth = 0;
  /** Variables in sight; `$` is what the template was given. */
  #variables: readonly string[] = [''];

  constructor(pieces: readonly Piece[], isFunction: (name: string) => boolean) {
    this.#pieces = pieces;
    this.#isFunction = isFunction;
  }

  whole(): readonly Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const step = this.#node();
      if (step === undefined) return nodes;
      if (step instanceof Words)
        throw new TemplateFault(step.offset, 'there is nothing to end or to be the else of');
      nodes.push(step);
    }
  }

  /** The next node; the words of an `else` or `end`; undefined at the end of the template. */
  #node(): Node | Words | undefined {
    const piece = this.#pieces[this.#next];
    if (piece === undefined) return undefined;
    this.#next += 1;
    if (piece.kind === 'text') return piece;
    const words = new Words(piece.tokens, piece.offset);
    const keyword = words.peek()?.kind === 'name' ? (words.peek()?.text ?? '') : '';
    if (keyword === 'else' || keyword === 'end') return words;
    if (UNSUPPORTED.has(keyword))
      throw new TemplateFault(piece.offset, `${keyword} is not supported in queries`);
    if (!CONTROLS.has(keyword)) return { kind: 'output', pipe: this.#only(words) };
    words.take();
    return this.#control(controlOf(keyword), words);
  }

  #control(kind: 'if' | 'with' | 'range', words: Words): Node {
    const outside = this.#variables;
    this.#descend(words.offset);
    const pipe = this.#only(words, kind === 'range' ? 2 : 1);
    const { nodes: body, end } = this.#body(words.offset);
    this.#variables = outside;
    const otherwise = this.#otherwise(kind, end);
    this.#variables = outside;
    this.#depth -= 1;
    return { kind, pipe, body, otherwise };
  }

  #otherwise(kind: 'if' | 'with' | 'range', end: Words): readonly Node[] {
    const isElse = end.take()?.text === 'else';
    const again = end.take();
    if (!isElse || again === undefined) {
      if (again !== undefined) throw new TemplateFault(again.offset, `unexpected ${again.text} behind end`);
      return isElse ? this.#last(end.offset) : [];
    }
    // `else if` is an if of its own that shares the end.
    if (kind !== 'range' && again.text === kind) return [this.#control(kind, end)];
    throw new TemplateFault(again.offset, `unexpected ${again.text} behind else`);
  }

  #last(offset: number): readonly Node[] {
    const { nodes, end } = this.#body(offset);
    if (end.peek()?.text === 'else') throw new TemplateFault(end.offset, 'there is a second else');
    return nodes;
  }

  #body(offset: number): Body {
    const nodes: Node[] = [];
    for (;;) {
      const step = this.#node();
      if (step === undefined) throw new TemplateFault(offset, 'there is no end to it');
      if (step instanceof Words) return { nodes, end: step };
      nodes.push(step);
    }
  }

  /** A pipe that is all there is. */
  #only(words: Words, maxVariables = 1): Pipe {
    const pipe = this.#pipe(words, maxVariables);
    const rest = words.peek();
    if (rest !== undefined) throw new TemplateFault(rest.offset, `unexpected ${rest.text}`);
    return pipe;
  }

  #pipe(words: Words, maxVariables: number): Pipe {
    this.#descend(words.offset);
    const { sets, declares } = this.#settings(words, maxVariables);
    const first = this.#command(words);
    const more: Command[] = [];
    while (words.accept('|')) more.push(this.#command(words));
    if (declares) this.#variables = [...this.#variables, ...sets];
    this.#depth -= 1;
    return { commands: [first, ...more], sets, declares, offset: words.offset };
  }

  /** `$x :=`, `$x =`, in a range also `$i, $x :=`. */
  #settings(
    words: Words,
    maxVariables: number,
  ): { readonly sets: readonly string[]; readonly declares: boolean } {
    const separator = words.peek(1);
    const pair = maxVariables === 2 && separator?.text === ',' && words.peek(2)?.kind === 'variable';
    const sign = pair ? words.peek(3) : separator;
    const setting = words.peek()?.kind === 'variable' && sign?.kind === 'mark' && /^:?=$/.test(sign.text);
    if (!setting) return { sets: [], declares: false };
    const names = pair ? [words.peek(), words.peek(2)] : [words.peek()];
    words.skip(pair ? 4 : 2);
    const sets = names.map((name) => name?.text ?? '');
    const unknown = sets.find((name) => !this.#variables.includes(name));
    if (sign.text === '=' && unknown !== undefined) {
      throw new TemplateFault(sign.offset, `undefined variable $${unknown}`);
    }
    return { sets, declares: sign.text === ':=' };
  }

  #command(words: Words): Command {
    const operands: Operand[] = [];
    for (let next = words.peek(); next !== undefined && !isEnd(next); next = words.peek()) {
      operands.push(this.#operand(words));
    }
    const [first, ...rest] = operands;
    if (first === undefined) throw new TemplateFault(words.here, 'a value is missing');
    return [first, ...rest];
  }

  #operand(words: Words): Operand {
    const token = words.take();
    if (token === undefined) throw new TemplateFault(words.here, 'a value is missing');
    const field = token.kind === 'field';
    const base: Operand['base'] = field ? { kind: 'dot' } : this.#base(token, words);
    const path = field ? [token.text] : [];
    for (let next = words.peek(); next?.kind === 'field' && !next.spaced; next = words.peek()) {
      path.push(next.text);
      words.take();
    }
    return { base, path, offset: token.offset };
  }

  #base(token: Token, words: Words): Operand['base'] {
    if (token.value !== undefined) return { kind: 'literal', value: token.value };
    if (token.kind === 'variable') {
      if (this.#variables.includes(token.text)) return { kind: 'variable', name: token.text };
      throw new TemplateFault(token.offset, `undefined variable $${token.text}`);
    }
    if (token.kind === 'name') return this.#name(token);
    if (token.text === '.') return { kind: 'dot' };
    if (token.text !== '(') throw new TemplateFault(token.offset, `unexpected ${token.text}`);
    const pipe = this.#pipe(words, 0);
    if (!words.accept(')')) throw new TemplateFault(token.offset, 'the parenthesis is not closed');
    return { kind: 'pipe', pipe };
  }

  #name({ text, offset }: Token): Operand['base'] {
    const constant = CONSTANTS.get(text);
    if (constant !== undefined) return { kind: 'literal', value: constant };
    if (UNSUPPORTED.has(text)) throw new TemplateFault(offset, `${text} is not supported in queries`);
    if (this.#isFunction(text)) return { kind: 'function', name: text };
    throw new TemplateFault(offset, `function ${JSON.stringify(text)} not defined`);
  }

  #descend(offset: number): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new TemplateFault(offset, `nested deeper than ${MAX_DEPTH} levels`);
  }
}

function isEnd(token: Token): boolean {
  return token.kind === 'mark' && (token.text === '|' || token.text === ')');
}

function controlOf(keyword: string): 'if' | 'with' | 'range' {
  if (keyword === 'if' || keyword === 'with') return keyword;
  return 'range';
}

/** Every operand of a template, whatever branch it stands in. */
export function visitOperands(nodes: readonly Node[], visit: (operand: Operand) => void): void {
  for (const node of nodes) {
    if (node.kind === 'text') continue;
    visitPipe(node.pipe, visit);
    if (node.kind === 'output') continue;
    visitOperands(node.body, visit);
    visitOperands(node.otherwise, visit);
  }
}

function visitPipe({ commands }: Pipe, visit: (operand: Operand) => void): void {
  for (const operand of commands.flat()) {
    visit(operand);
    if (operand.base.kind === 'pipe') visitPipe(operand.base.pipe, visit);
  }
}
