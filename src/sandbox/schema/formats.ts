/** String formats an API server checks in custom resources. Formats that are not here are comments to it. */
import { isIP } from 'node:net';

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u;
const DATE = /^\d{4}-\d\d-\d\d$/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/iu;
const HOSTNAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/iu;
const DURATION = /^[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+$|^0$/u;

const STRING_FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => DATE.test(value) && !Number.isNaN(Date.parse(value)),
  byte: (value) => BASE64.test(value),
  uuid: (value) => UUID.test(value),
  hostname: (value) => HOSTNAME.test(value),
  ipv4: (value) => isIP(value) === 4,
  ipv6: (value) => isIP(value) === 6,
  uri: (value) => URL.canParse(value) || value.startsWith('/'),
  duration: (value) => DURATION.test(value),
};

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  // JSON numbers arrive as doubles; the last few digits of int64 cannot be told apart.
  int64: [-(2 ** 63), 2 ** 63],
};

export function hasStringFormat(value: string, format: string): boolean {
  return STRING_FORMATS[format]?.(value) ?? true;
}

export function hasNumberFormat(value: number, format: string): boolean {
  const [low, high] = RANGES[format] ?? [-Infinity, Infinity];
  return value >= low && value <= high;
}
