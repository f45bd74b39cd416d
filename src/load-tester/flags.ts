/** The load tester's flags, written with one dash or two, as `-port 8080` or `-port=8080`. */
import type { Millis } from '../shared/brand.ts';
import { millis } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';

export interface Options {
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly logEncoding: 'json' | 'console';
  readonly port: number;
  /** Longest time for one task. */
  readonly timeout: Millis;
  /** Namespaces whose webhooks are served; undefined is all. */
  readonly namespaces: RegExp | undefined;
  readonly allowShell: boolean;
  /** Tasks at a time. */
  readonly maxTasks: number;
  /** Where gates are kept; '' is in memory. */
  readonly gatesDir: string;
  /** The file with the tokens callers must know one of; '' asks for none. */
  readonly tokenFile: string;
  readonly proxy: string;
}

type Text =
  | 'log-level'
  | 'port'
  | 'timeout'
  | 'namespace-regexp'
  | 'max-tasks'
  | 'gates-dir'
  | 'token-file'
  | 'proxy'
  | 'zap-encoding';
type Switch = 'allow-shell' | 'zap-replace-globals';

export const HELP = `Sends load, runs acceptance commands and keeps gates, for the webhooks of Canaries.

Usage: loadtester [flags]      one dash or two; -flag=value or -flag value

  -port number              where to listen (default 9090)
  -timeout span             longest time for one task (default 1h)
  -namespace-regexp text    namespaces whose webhooks are served (default all)
  -allow-shell              run commands other than hey: whoever reaches this server may then run anything
  -max-tasks number         tasks that run at a time (default 100)
  -gates-dir folder         where gates are kept, so that they outlive a restart (default in memory)
  -token-file file          a token in each line; who calls must know one (default everybody may call)
  -proxy url                HTTP proxy for our own load (default http_proxy, without the hosts of no_proxy)
  -log-level word           debug, info, warning or error (default info)
  -zap-encoding word        json or console (default json)
  -zap-replace-globals      no effect
  -help                     print this and exit
`;

/** Whether help is asked for, whatever else is. */
export function asksForHelp(words: readonly string[]): boolean {
  return words.some((word) => /^--?h(elp)?$/.test(word));
}

const DEFAULTS: Readonly<Record<Text, string>> = {
  'log-level': 'info',
  port: '9090',
  timeout: '1h',
  'namespace-regexp': '',
  'max-tasks': '100',
  'gates-dir': '',
  'token-file': '',
  proxy: '',
  'zap-encoding': 'json',
};
const SWITCHES: Readonly<Record<Switch, boolean>> = { 'allow-shell': false, 'zap-replace-globals': false };
const LEVELS = ['debug', 'info', 'warning', 'error'] as const;
const ENCODINGS = ['json', 'console'] as const;

/** Flags as options; refuses with a sentence what is unknown or makes no sense. */
export function parseFlags(words: readonly string[]): Result<Options, string> {
  const texts = { ...DEFAULTS };
  const switches = { ...SWITCHES };
  for (let at = 0; at < words.length; at += 1) {
    const [, name = '', inline] = /^--?([a-z-]+)(?:=([^]*))?$/.exec(words[at] ?? '') ?? [];
    if (isSwitch(name)) {
      const value = inline ?? 'true';
      if (value !== 'true' && value !== 'false')
        return err(`-${name} is ${value}, allowed are true and false`);
      switches[name] = value === 'true';
    } else if (isText(name)) {
      if (inline === undefined) at += 1;
      const value = inline ?? words[at];
      if (value === undefined) return err(`-${name} needs a value`);
      texts[name] = value;
    } else {
      return err(`unknown flag ${words[at]}, known are ${knownFlags()}; -help explains`);
    }
  }
  return toOptions(texts, switches);
}

function isSwitch(name: string): name is Switch {
  return Object.hasOwn(SWITCHES, name);
}

function isText(name: string): name is Text {
  return Object.hasOwn(DEFAULTS, name);
}

function knownFlags(): string {
  return [...Object.keys(DEFAULTS), ...Object.keys(SWITCHES)].map((name) => `-${name}`).join(', ');
}

function toOptions(
  texts: Readonly<Record<Text, string>>,
  switches: Readonly<Record<Switch, boolean>>,
): Result<Options, string> {
  const logLevel = LEVELS.find((level) => level === texts['log-level']);
  const logEncoding = ENCODINGS.find((encoding) => encoding === texts['zap-encoding']);
  const port = /^\d{1,5}$/.test(texts.port) ? Number(texts.port) : Number.NaN;
  const timeout = parseDuration(texts.timeout) ?? millis(0);
  const maxTasks = /^[1-9]\d{0,4}$/.test(texts['max-tasks']) ? Number(texts['max-tasks']) : Number.NaN;
  const namespaces = toRegExp(texts['namespace-regexp']);
  if (logLevel === undefined)
    return err(`-log-level is ${texts['log-level']}, allowed are ${LEVELS.join(', ')}`);
  if (logEncoding === undefined)
    return err(`-zap-encoding is ${texts['zap-encoding']}, allowed are ${ENCODINGS.join(', ')}`);
  if (!(port <= 65_535)) return err(`-port is ${texts.port}, allowed are 0 to 65535`);
  if (timeout <= 0) return err(`-timeout is ${texts.timeout}, expected a span of time such as 1h or 90s`);
  if (!(maxTasks <= 10_000)) return err(`-max-tasks is ${texts['max-tasks']}, allowed are 1 to 10000`);
  if (namespaces === null)
    return err(`-namespace-regexp is ${texts['namespace-regexp']}, no regular expression`);
  if (texts.proxy !== '' && !texts.proxy.startsWith('http://'))
    return err('-proxy does not begin with http://');
  if (texts.proxy !== '' && !URL.canParse(texts.proxy)) return err('-proxy is not a URL');
  return ok({
    logLevel,
    logEncoding,
    port,
    timeout,
    namespaces,
    allowShell: switches['allow-shell'],
    maxTasks,
    gatesDir: texts['gates-dir'],
    tokenFile: texts['token-file'],
    proxy: texts.proxy,
  });
}

/** undefined for no expression, null for one that cannot be read. */
function toRegExp(text: string): RegExp | undefined | null {
  if (text === '') return undefined;
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}
