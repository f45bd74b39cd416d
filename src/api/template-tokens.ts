/** Cuts a query template into text and the words of its actions. What the words mean is `template-syntax.ts`. */

/** A fault of the template, with the place it was found at; turned into a sentence where a template is used. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

export interface Token {
  readonly kind: 'name' | 'field' | 'variable' | 'literal' | 'mark';
  /** The name without its dot or dollar; the text of a mark. */
  readonly text: string;
  readonly value?: string | number;
  readonly offset: number;
  /** Not glued to the word before: `variables.path` is one thing, `print .path` is two. */
  readonly spaced: boolean;
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly offset: number };

/** The words of one action, read from the left. */
export class Words {
  readonly offset: number;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[], offset: number) {
    this.#tokens = tokens;
    this.offset = offset;
  }

  /** Where reading has got to. */
  get here(): number {
    return this.peek()?.offset ?? this.offset;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#next + ahead];
  }

  take(): Token | undefined {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  skip(count: number): void {
    this.#next += count;
  }

  accept(mark: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#next += 1;
    return true;
  }
}

const SPACE = /[ \t\r\n]+/y;
const COMMENT = /\/\*[\s\S]*?\*\//y;
const CLOSE = /([ \t\r\n]+-)?\}\}/y;
const WORDS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['name', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['literal', /0[xX][0-9a-fA-F]+|[+-]?((\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)/y],
  ['literal', /"(?:[^"\\\n]|\\.)*"/y],
  ['literal', /`[^`]*`/y],
  ['mark', /:=|[|=(),.]/y],
];

/** Throws a TemplateFault where an action does not end or contains what no action can. */
export function tokenize(template: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  let trim = false;
  for (;;) {
    const open = template.indexOf('{{', offset);
    const text = template.slice(offset, open === -1 ? undefined : open);
    const trimsBefore = open !== -1 && /^\{\{-[ \t\r\n]/.test(template.slice(open, open + 4));
    pushText(pieces, trimmed(text, trim, trimsBefore));
    if (open === -1) return pieces;
    const action = readAction(template, open, open + (trimsBefore ? 3 : 2));
    if (action.tokens.length > 0) pieces.push({ kind: 'action', tokens: action.tokens, offset: open });
    else if (!action.comment) throw new TemplateFault(open, 'the action is empty');
    offset = action.end;
    trim = action.trimsAfter;
  }
}

interface Action {
  readonly tokens: readonly Token[];
  readonly comment: boolean;
  readonly end: number;
  readonly trimsAfter: boolean;
}

function readAction(template: string, open: number, start: number): Action {
  const tokens: Token[] = [];
  let comment = false;
  let offset = start;
  let spaced = true;
  for (;;) {
    const close = match(CLOSE, template, offset);
    if (close !== undefined) {
      return { tokens, comment, end: offset + close.length, trimsAfter: close.length > 2 };
    }
    const gap = match(SPACE, template, offset) ?? match(COMMENT, template, offset);
    if (gap !== undefined) {
      comment ||= gap.startsWith('/*');
      spaced = true;
      offset += gap.length;
      continue;
    }
    if (offset >= template.length) throw new TemplateFault(open, 'the action is not closed by }}');
    const token = readToken(template, offset, spaced);
    tokens.push(token.token);
    offset += token.length;
    spaced = false;
  }
}

function readToken(
  template: string,
  offset: number,
  spaced: boolean,
): { readonly token: Token; readonly length: number } {
  for (const [kind, pattern] of WORDS) {
    const found = match(pattern, template, offset);
    if (found === undefined) continue;
    const at = { kind, offset, spaced };
    if (kind === 'literal') {
      return { token: { ...at, text: found, value: literal(found, offset) }, length: found.length };
    }
    const text = kind === 'field' || kind === 'variable' ? found.slice(1) : found;
    return { token: { ...at, text }, length: found.length };
  }
  throw new TemplateFault(offset, `unexpected ${JSON.stringify(template.charAt(offset))} in an action`);
}

function literal(found: string, offset: number): string | number {
  if (found.startsWith('`')) return found.slice(1, -1);
  return found.startsWith('"') ? unquoted(found.slice(1, -1), offset) : Number(found.replace(/^\+/, ''));
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
};

function unquoted(text: string, offset: number): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/gu, (whole, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const meaning = ESCAPES[escape];
    if (meaning === undefined) throw new TemplateFault(offset, `unknown escape ${whole} in a string`);
    return meaning;
  });
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function trimmed(text: string, before: boolean, after: boolean): string {
  const head = before ? text.replace(/^[ \t\r\n]+/, '') : text;
  return after ? head.slice(0, head.length - trailingSpace(head)) : head;
}

/** By hand, since `[ \t]+$` takes quadratic time on long runs of blanks. */
function trailingSpace(text: string): number {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text.charAt(end - 1))) end -= 1;
  return text.length - end;
}

function pushText(pieces: Piece[], text: string): void {
  if (text !== '') pieces.push({ kind: 'text', text });
}
