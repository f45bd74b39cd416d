/** A story as people write it, in YAML or JSON, made into a story; every mistake is a sentence that names the place. */
import type { Spec, Verb } from '../core/model.ts';
import { millis, percent, revision, type Millis, type Percent } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type {
  Deletable,
  Happening,
  HookRule,
  MetricRule,
  Span,
  Story,
  Timed,
  WorkloadRule,
} from './story.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The story, or everything that is wrong with it, in the order in which it is written. */
export function readStory(written: unknown): Result<Story, readonly string[]> {
  const reader = new Reader();
  const story = reader.story(written);
  return reader.mistakes.length === 0 ? ok(story) : err(reader.mistakes);
}

const DELETABLE: readonly Deletable[] = ['canary', 'target', 'primary', 'snapshots', 'services', 'routes'];
const VERBS: readonly Verb[] = ['abort', 'retry', 'promote', 'pause'];
const OUTAGES = ['api-server', 'mesh', 'controller'] as const;
/** What may happen, by the field that says so. */
const HAPPENINGS = [
  'push',
  'revert',
  'config',
  'weight',
  'scale',
  'delete',
  'command',
  'withdraw',
  'suspend',
  'reroute',
  'invalid',
  'mend',
  'drift',
  'outage',
  'crash',
] as const;
type Named = (typeof HAPPENINGS)[number];
const HALF_AN_HOUR = millis(1_800_000);

class Reader {
  readonly mistakes: string[] = [];

  story(written: unknown): Story {
    const fields = this.#fields(written ?? {}, 'the story');
    this.#known(fields, 'the story', ['lasts', 'happens', 'metrics', 'hooks', 'workloads']);
    const each = <Item>(field: string, read: (item: Fields, at: string) => Item | undefined): Item[] =>
      this.#list(fields[field], field).flatMap((item, index) => {
        const at = `${field}[${index}]`;
        return read(this.#fields(item, at), at) ?? [];
      });
    return {
      lasts: this.#span(fields, 'lasts', '') ?? HALF_AN_HOUR,
      happenings: each('happens', (item, at) => this.#timed(item, at)),
      metrics: each('metrics', (item, at) => this.#metric(item, at)),
      hooks: each('hooks', (item, at) => this.#hook(item, at)),
      workloads: each('workloads', (item, at) => this.#workload(item, at)),
    };
  }

  // ------------------------------------------------------------------------------------------------- what happens

  #timed(fields: Fields, at: string): Timed | undefined {
    const named = HAPPENINGS.filter((name) => fields[name] !== undefined);
    const [name] = named;
    const when = this.#span(fields, 'at', at);
    if (when === undefined && fields['at'] === undefined)
      this.#say(at, 'at is missing, expected a time such as 2m');
    if (name === undefined || named.length > 1) {
      const found = named.length > 1 ? named.join(' and ') : 'nothing';
      this.#say(at, `found ${found} that happens, expected one of ${HAPPENINGS.join(', ')}`);
      return undefined;
    }
    this.#known(fields, at, [
      'at',
      name,
      ...(name === 'outage' ? ['for'] : []),
      ...(name === 'command' ? ['again'] : []),
    ]);
    const happening = this.#happening(name, fields, at);
    return when === undefined || happening === undefined ? undefined : { at: when, happening };
  }

  #happening(name: Named, fields: Fields, at: string): Happening | undefined {
    switch (name) {
      case 'push': {
        const to = this.#text(fields, 'push', at);
        return to === undefined ? undefined : { kind: 'push', revision: revision(to) };
      }
      case 'config':
      case 'reroute':
      case 'invalid':
      case 'crash':
        return this.#worded(name, fields, at);
      case 'revert':
      case 'mend':
      case 'drift':
        return this.#flag(fields, name, at) === true ? { kind: name } : undefined;
      case 'weight': {
        const weight = this.#weight(fields, 'weight', at);
        return weight === undefined ? undefined : { kind: 'weight', weight };
      }
      case 'scale': {
        const scale = this.#oneOf(fields, 'scale', at, ['up', 'down']);
        return scale === undefined ? undefined : { kind: 'scale', up: scale === 'up' };
      }
      case 'delete': {
        const what = this.#oneOf(fields, 'delete', at, DELETABLE);
        return what === undefined ? undefined : { kind: 'delete', what };
      }
      case 'command':
      case 'withdraw':
        return this.#command(name, fields, at);
      case 'suspend': {
        const suspend = this.#flag(fields, 'suspend', at);
        const change: Partial<Spec> = suspend === undefined ? {} : { suspend };
        return { kind: 'spec', change };
      }
      case 'outage': {
        const of = this.#oneOf(fields, 'outage', at, OUTAGES);
        const span = this.#span(fields, 'for', at);
        if (fields['for'] === undefined) this.#say(at, 'for is missing, expected how long the outage lasts');
        return of === undefined || span === undefined ? undefined : { kind: 'outage', of, span };
      }
    }
  }

  #worded(
    name: 'config' | 'reroute' | 'invalid' | 'crash',
    fields: Fields,
    at: string,
  ): Happening | undefined {
    const text = this.#text(fields, name, at);
    if (text === undefined) return undefined;
    switch (name) {
      case 'config':
        return { kind: name, name: text };
      case 'reroute':
        return { kind: name, to: text };
      case 'invalid':
        return { kind: name, detail: text };
      case 'crash':
        return { kind: name, when: text };
    }
  }

  #command(name: 'command' | 'withdraw', fields: Fields, at: string): Happening | undefined {
    const verb = this.#oneOf(fields, name, at, VERBS);
    if (verb === undefined) return undefined;
    if (name === 'withdraw') return { kind: 'withdraw', verb };
    const again = fields['again'] === undefined ? undefined : this.#text(fields, 'again', at);
    return { kind: 'command', verb, ...(again !== undefined && { again }) };
  }

  // --------------------------------------------------------------------------------------------------------- rules

  #metric(fields: Fields, at: string): MetricRule | undefined {
    this.#known(fields, at, ['metric', 'revision', 'weight', 'value', 'from', 'until']);
    const { value } = fields;
    if (typeof value !== 'number' && value !== 'none') {
      this.#say(at, `value is ${show(value)}, expected a number, or none for no data`);
      return undefined;
    }
    const weight = fields['weight'] === undefined ? undefined : this.#weight(fields, 'weight', at);
    return {
      value,
      ...this.#about(fields, at),
      ...(fields['metric'] !== undefined && { metric: this.#text(fields, 'metric', at) ?? '' }),
      ...(weight !== undefined && { weight }),
    };
  }

  #hook(fields: Fields, at: string): HookRule | undefined {
    this.#known(fields, at, ['hook', 'revision', 'says', 'takes', 'from', 'until']);
    const name = this.#text(fields, 'hook', at);
    const says = this.#oneOf(fields, 'says', at, ['yes', 'no', 'nothing']);
    const takes = this.#span(fields, 'takes', at);
    if (name === undefined || says === undefined) return undefined;
    return { hook: name, says, ...this.#about(fields, at), ...(takes !== undefined && { takes }) };
  }

  #workload(fields: Fields, at: string): WorkloadRule | undefined {
    this.#known(fields, at, ['workload', 'revision', 'readyAfter', 'empty', 'from', 'until']);
    const workload = this.#oneOf(fields, 'workload', at, ['target', 'primary']);
    const never = fields['readyAfter'] === 'never';
    const readyAfter = never ? 'never' : this.#span(fields, 'readyAfter', at);
    if (fields['readyAfter'] === undefined)
      this.#say(at, 'readyAfter is missing, expected a duration or never');
    if (workload === undefined || readyAfter === undefined) return undefined;
    const empty = fields['empty'] !== undefined && this.#flag(fields, 'empty', at) === true;
    return { workload, readyAfter, ...(empty && { empty }), ...this.#about(fields, at) };
  }

  #about(fields: Fields, at: string): Span & Pick<WorkloadRule, 'revision'> {
    const from = this.#span(fields, 'from', at);
    const until = this.#span(fields, 'until', at);
    const about = fields['revision'] === undefined ? undefined : this.#text(fields, 'revision', at);
    return {
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      ...(about !== undefined && { revision: revision(about) }),
    };
  }

  // -------------------------------------------------------------------------------------------------------- fields

  #say(at: string, what: string): undefined {
    this.mistakes.push(at === '' ? what : `${at}: ${what}`);
  }

  #fields(value: unknown, at: string): Fields {
    if (isFields(value)) return value;
    this.#say(at, `found ${show(value)}, expected fields`);
    return {};
  }

  #list(value: unknown, at: string): readonly unknown[] {
    if (value === undefined || Array.isArray(value)) return value ?? [];
    this.#say(at, `found ${show(value)}, expected a list`);
    return [];
  }

  #known(fields: Fields, at: string, names: readonly string[]): void {
    for (const name of Object.keys(fields)) {
      if (!names.includes(name)) this.#say(at, `found the field ${name}, known are ${names.join(', ')}`);
    }
  }

  /** A name; numbers are taken as people write them, as in `push: 2`. */
  #text(fields: Fields, name: string, at: string): string | undefined {
    const value = fields[name];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return value;
    return this.#say(at, `${name} is ${show(value)}, expected a text`);
  }

  #flag(fields: Fields, name: string, at: string): boolean | undefined {
    const value = fields[name];
    return typeof value === 'boolean'
      ? value
      : this.#say(at, `${name} is ${show(value)}, expected true or false`);
  }

  #weight(fields: Fields, name: string, at: string): Percent | undefined {
    const value = fields[name];
    const whole = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100;
    return whole
      ? percent(value)
      : this.#say(at, `${name} is ${show(value)}, expected a whole number from 0 to 100`);
  }

  /** Undefined, without a word, where the field is left out. */
  #span(fields: Fields, name: string, at: string): Millis | undefined {
    const value = fields[name];
    if (value === undefined) return undefined;
    const span = typeof value === 'string' ? parseDuration(value) : undefined;
    return span ?? this.#say(at, `${name} is ${show(value)}, expected a duration such as 30s or 1h30m`);
  }

  #oneOf<Choice extends string>(
    fields: Fields,
    name: string,
    at: string,
    choices: readonly Choice[],
  ): Choice | undefined {
    const value = fields[name];
    const found = choices.find((choice) => choice === value);
    return found ?? this.#say(at, `${name} is ${show(value)}, expected one of ${choices.join(', ')}`);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
