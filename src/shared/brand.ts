/**
 * Numbers and strings that must not be mixed up. Each brand has one constructor, which checks what can be
 * checked; arithmetic on them lives here so that nothing else needs a cast.
 */

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A point in time, in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>;
/** A span of time in milliseconds, never negative. */
export type Millis = Brand<number, 'Millis'>;
/** A whole percent from 0 to 100. */
export type Percent = Brand<number, 'Percent'>;
/** The name of one state of a workload: template and tracked configuration. '' names none. */
export type Revision = Brand<string, 'Revision'>;

export function instant(value: number): Instant {
  if (!Number.isFinite(value)) throw new RangeError(`an instant is a finite number, found ${value}`);
  return value as Instant;
}

export function millis(value: number): Millis {
  if (!Number.isFinite(value) || value < 0) {
    throw new RangeError(`a span is a number of milliseconds from 0, found ${value}`);
  }
  return value as Millis;
}

export function percent(value: number): Percent {
  if (!Number.isInteger(value) || value < 0 || value > 100) {
    throw new RangeError(`a percent is a whole number from 0 to 100, found ${value}`);
  }
  return value as Percent;
}

export function revision(name: string): Revision {
  return name as Revision;
}

/** The revision of something that carries none, or two at once. It equals no real revision. */
export const NO_REVISION = revision('');

export function after(start: Instant, span: Millis): Instant {
  return instant(start + span);
}

/** The span from `now` to `then`; nothing if `then` has passed. */
export function until(now: Instant, then: Instant): Millis {
  return millis(Math.max(0, then - now));
}

export function later(a: Instant, b: Instant | undefined): Instant {
  return b === undefined || a > b ? a : b;
}

export function longer(a: Millis, b: Millis): Millis {
  return a > b ? a : b;
}

export function shorter(a: Millis, b: Millis): Millis {
  return a < b ? a : b;
}

/** Marks the end of an exhaustive switch; the compiler refuses it while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
