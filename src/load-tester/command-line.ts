/**
 * Reads a `hey` command as a description of load, without a shell. Whatever only a shell could mean is refused,
 * so that nothing is quietly understood differently.
 */
import { millis, type Millis } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';

/** Requests to send: how many or how long, by how many workers, how fast. */
export interface Load {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly workers: number;
  /** In all, over all workers; undefined where `duration` ends it. */
  readonly requests: number | undefined;
  readonly duration: Millis | undefined;
  /** Requests per second and worker; 0 is as fast as answers come. */
  readonly rate: number;
  /** For one request; undefined is without limit. */
  readonly timeout: Millis | undefined;
  readonly keepAlive: boolean;
  /** `host:port` of an HTTP proxy. */
  readonly proxy: string | undefined;
}

const MAX_WORKERS = 1_000;
/** A method, in HTTP. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** The value of a header, in HTTP: one line, of bytes. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Flags with a value, and those without, as `hey -h` lists them. */
const VALUED = ['n', 'c', 'q', 'z', 'm', 't', 'H', 'd', 'T', 'A', 'U', 'a', 'x', 'host', 'cpus'] as const;
const BARE = ['h2', 'disable-compression', 'disable-keepalive', 'disable-redirects'] as const;
const REFUSED: Readonly<Record<string, string>> = {
  D: '-D reads a file of the load tester; send the body with -d',
  o: '-o is not served; the summary is always printed as text',
};

type Valued = (typeof VALUED)[number];
type Bare = (typeof BARE)[number];

interface Flags {
  readonly values: ReadonlyMap<Valued, readonly string[]>;
  readonly bare: ReadonlySet<Bare>;
  readonly url: string;
}

/** The load a `hey` command asks for; refuses with a sentence anything else. */
export function parseHey(command: string): Result<Load, string> {
  const words = splitWords(command);
  if (!words.ok) return words;
  const [program, ...rest] = words.value;
  if (program !== 'hey') return err(`${JSON.stringify(program ?? '')} is not hey`);
  const flags = readFlags(rest);
  return flags.ok ? toLoad(flags.value) : flags;
}

const OPERATOR = /[|&;<>()$`*?[\]{}~#\n]/;

/** Words as a POSIX shell splits them, quotes and backslashes included; refuses what a shell would expand. */
export function splitWords(text: string): Result<readonly string[], string> {
  const words: string[] = [];
  // A quoted piece, an escaped character, a run of plain ones, or blanks between words.
  const piece = /'([^']*)'|"((?:[^"\\$`]|\\.)*)"|\\([^])|([^\s'"\\]+)|([ \t\r\n]+)/gy;
  const input = text.trim();
  let word: string | undefined;
  let end = 0;
  for (let match = piece.exec(input); match !== null; match = piece.exec(input)) {
    const [whole, single, double, escaped, plain, blank] = match;
    end = piece.lastIndex;
    if (plain !== undefined && OPERATOR.test(withoutUrlMarks(plain))) {
      return err(`${JSON.stringify(plain)} needs a shell`);
    }
    if (blank?.includes('\n') === true) return err('more than one line needs a shell');
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (escaped !== '\n') {
      // A backslash at the end of a line joins it with the next, so it is nothing.
      word = (word ?? '') + (single ?? unescape(double) ?? escaped ?? plain ?? whole);
    }
  }
  if (end !== input.length) return err('a quote is not closed, or quotes something only a shell can read');
  return ok(word === undefined ? words : [...words, word]);
}

/** `?`, `#` and `=` in a bare URL are meant as they are: a shell finds no file of that name and leaves them. */
function withoutUrlMarks(plain: string): string {
  return /^https?:\/\//.test(plain) ? plain.replace(/[?#[\]~]/g, '') : plain;
}

function unescape(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(["\\$`\n])/g, (_, character: string) => (character === '\n' ? '' : character));
}

function readFlags(words: readonly string[]): Result<Flags, string> {
  const values = new Map<Valued, readonly string[]>();
  const bare = new Set<Bare>();
  let at = 0;
  for (; at < words.length; at += 1) {
    const flag = /^--?([A-Za-z0-9-]+)(?:=([^]*))?$/.exec(words[at] ?? '');
    if (flag === null) break;
    const [, name = '', inline] = flag;
    const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
    if (refused !== undefined) return err(`hey: ${refused}`);
    if (isOne(BARE, name)) {
      if (inline !== 'false') bare.add(name);
    } else if (isOne(VALUED, name)) {
      if (inline === undefined) at += 1;
      const value = inline ?? words[at];
      if (value === undefined) return err(`hey: -${name} needs a value`);
      values.set(name, [...(values.get(name) ?? []), value]);
    } else {
      return err(`hey: unknown flag -${name}`);
    }
  }
  const [url, ...more] = words.slice(at);
  if (url === undefined) return err('hey: the URL is missing');
  return more.length > 0
    ? err(`hey: flags go before the URL, found ${more.join(' ')}`)
    : ok({ values, bare, url });
}

function isOne<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((known) => known === name);
}

function toLoad({ values, bare, url }: Flags): Result<Load, string> {
  const last = (name: Valued): string | undefined => values.get(name)?.at(-1);
  const workers = Number(last('c') ?? 50);
  const requests = Number(last('n') ?? 200);
  const rate = Number(last('q') ?? 0);
  const seconds = Number(last('t') ?? 20);
  const length = last('z');
  const duration = length === undefined ? undefined : parseDuration(length);
  const method = last('m') ?? 'GET';
  const headers = readHeaders(values);
  const fault =
    urlFault(url) ??
    (TOKEN.test(method) ? undefined : 'hey: -m is not a method such as POST') ??
    wholeFault('-c', workers, 1, MAX_WORKERS) ??
    wholeFault('-n', requests, 1, Number.MAX_SAFE_INTEGER) ??
    wholeFault('-t', seconds, 0, 86_400) ??
    (rate >= 0 && Number.isFinite(rate) ? undefined : 'hey: -q is not a number from 0') ??
    (length !== undefined && duration === undefined
      ? 'hey: -z is not a span of time such as 30s'
      : undefined) ??
    (duration === undefined && requests < workers ? 'hey: -n cannot be less than -c' : undefined) ??
    (URL.canParse(`http://${last('x') ?? 'none'}`) ? undefined : 'hey: -x is not of the form host:port') ??
    (typeof headers === 'string' ? headers : undefined);
  if (fault !== undefined || typeof headers === 'string') return err(fault ?? 'hey: bad header');
  return ok({
    url: /^https?:\/\//i.test(url) ? url : `http://${url}`,
    method: method.toUpperCase(),
    headers,
    body: last('d') ?? '',
    workers,
    requests: duration === undefined ? requests : undefined,
    duration,
    rate,
    timeout: seconds === 0 ? undefined : millis(seconds * 1_000),
    keepAlive: !bare.has('disable-keepalive'),
    proxy: last('x'),
  });
}

/** The URL itself stays out of the sentence: it may hold credentials. */
function urlFault(url: string): string | undefined {
  const spelled = /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`;
  return /^https?:/i.test(spelled) && URL.canParse(spelled)
    ? undefined
    : 'hey: the last word is not an http or https URL';
}

function wholeFault(flag: string, value: number, from: number, to: number): string | undefined {
  if (Number.isInteger(value) && value >= from && value <= to) return undefined;
  return `hey: ${flag} is not a whole number from ${from} to ${to}`;
}

function readHeaders(values: Flags['values']): Readonly<Record<string, string>> | string {
  const last = (name: Valued): string | undefined => values.get(name)?.at(-1);
  const headers: Record<string, string> = { 'Content-Type': last('T') ?? 'text/html' };
  const accept = last('A');
  const auth = last('a');
  if (accept !== undefined) headers['Accept'] = accept;
  if (auth !== undefined) headers['Authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`;
  headers['User-Agent'] = last('U') ?? 'hey/serin';
  for (const header of values.get('H') ?? []) {
    const parts = /^([\w-]+):\s*([^\r\n]+)$/.exec(header);
    if (parts === null) return 'hey: -H is not of the form "name: value"';
    headers[canonical(parts[1] ?? '')] = parts[2] ?? '';
  }
  const host = last('host');
  const all = host === undefined ? headers : { ...headers, Host: host };
  const strange = Object.keys(all).find((name) => !VALUE.test(all[name] ?? ''));
  return strange === undefined ? all : `hey: the header ${strange} has characters that no header may have`;
}

/** One spelling per header, so that the user's `content-type` replaces ours instead of joining it. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
