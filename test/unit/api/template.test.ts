import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { checkTemplate, keysOf, renderTemplate } from '../../../src/api/template.ts';

const NAMES = {
  namespace: 'test',
  service: 'podinfo',
  interval: '1m',
  list: ['a', 'b'],
  none: '',
  variables: { path: '/api', code: '5..' },
};

function render(template: string): string {
  const result = renderTemplate(template, NAMES);
  return result.ok ? result.value : `refused: ${result.error}`;
}

describe('a query template', () => {
  it.each([
    ['up', 'up'],
    ['up{ns="{{ namespace }}"}[{{interval}}]', 'up{ns="test"}[1m]'],
    ['sum:hits{service:{{ service }}}.as_count()', 'sum:hits{service:podinfo}.as_count()'],
    ['[{{\n    interval }}]', '[1m]'],
    ['a  {{- namespace -}}  b', 'atestb'],
    ['a {{- /* why */ -}} b', 'ab'],
    ['{{ `{{` }} {{ "\\"}}\\u0041" }}', '{{ "}}A'],
    ['m{p={{ variables.path }}}', 'm{p=/api}'],
    ['{{ index variables "path" }}{{ index variables "nope" }}', '/api'],
    ['{{- $r := printf "%s_%s" namespace service }}{{ $r }}/{{ $r }}', 'test_podinfo/test_podinfo'],
    ['{{ namespace | printf "%s-%s" service }}', 'podinfo-test'],
    ['{{ printf "%05.1f|%-3d|%+d|%q|%t|%v%%" 3.14159 7 7 "x" true 1.5 }}', '003.1|7  |+7|"x"|true|1.5%'],
    ['{{ if eq service "x" "podinfo" }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ if none }}a{{ else if ne namespace "test" }}b{{ else }}c{{ end }}', 'c'],
    ['{{ if and (gt (len list) 1) (not none) }}many{{ end }}', 'many'],
    ['{{ or none "fallback" }}', 'fallback'],
    ['{{ or "first" (index list 9) }}', 'first'],
    ['{{ with variables.path }}p={{ . }}{{ else }}no path{{ end }}', 'p=/api'],
    ['{{ range $i, $x := list }}{{ $i }}={{ $x }};{{ end }}', '0=a;1=b;'],
    ['{{ range list }}{{ . }}{{ end }}', 'ab'],
    ['{{ range $k, $v := variables }}{{ $k }}{{ $v }} {{ end }}', 'code5.. path/api '],
    ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}', '2'],
    ['{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}', '1'],
    ['{{ print 1 2 "a" 3 }}', '1 2a3'],
    ['{{ variables }}', 'map[code:5.. path:/api]'],
  ])('%j becomes %j', (template, query) => {
    expect(render(template)).toBe(query);
  });

  it.each([
    ['a\nb{{ args.name }}', 'line 2, column 5: function "args" not defined'],
    ['{{ if none }}{{ nope }}{{ end }}', 'line 1, column 17: function "nope" not defined'],
    ['{{ .Interval }}', 'line 1, column 4: nil data; no entry for key "Interval"'],
    ['{{ variables.nope }}', 'line 1, column 4: map has no entry for key "nope"'],
    ['{{ variables.constructor }}', 'line 1, column 4: map has no entry for key "constructor"'],
    ['{{ namespace.x }}', 'line 1, column 4: test has no field x'],
    ['{{ namespace "x" }}', 'line 1, column 4: arguments are given to something that takes none'],
    ['{{ namespace', 'line 1, column 1: the action is not closed by }}'],
    ['{{ }}', 'line 1, column 1: the action is empty'],
    ['{{ $x }}', 'line 1, column 4: undefined variable $x'],
    ['{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}', 'line 1, column 39: undefined variable $x'],
    ['{{ $x = 1 }}', 'line 1, column 7: undefined variable $x'],
    ['{{ if true }}', 'line 1, column 1: there is no end to it'],
    ['a{{ end }}', 'line 1, column 2: there is nothing to end or to be the else of'],
    ['{{ if true }}{{ else }}{{ else }}{{ end }}', 'line 1, column 24: there is a second else'],
    ['{{ (namespace }}', 'line 1, column 4: the parenthesis is not closed'],
    ['{{ template "x" }}', 'line 1, column 1: template is not supported in queries'],
    ['{{ namespace ; }}', 'line 1, column 14: unexpected ";" in an action'],
    ['{{ printf "%s %s" namespace }}', 'line 1, column 4: printf has no argument for %s'],
    ['{{ printf "%s" namespace service }}', 'line 1, column 4: printf has 2 arguments for 1 verbs'],
    ['{{ printf "%d" namespace }}', 'line 1, column 4: printf cannot show test as %d'],
    ['{{ printf "%9999999d" 1 }}', 'line 1, column 4: printf is asked for more than 200 characters'],
    ['{{ eq 1 "1" }}', 'line 1, column 4: cannot compare 1 with 1'],
    ['{{ nil }}', 'line 1, column 1: there is no value to fill in'],
  ])('%j is refused: %s', (template, sentence) => {
    expect(render(template)).toBe(`refused: ${sentence}`);
  });

  it('is refused where it would take or yield too much', () => {
    const many = Array.from({ length: 400 }, (_, index) => index);
    const nested = '{{ range l }}{{ range l }}{{ range l }}x{{ end }}{{ end }}{{ end }}';
    expect(renderTemplate(nested, { l: many })).toMatchObject({ error: expect.stringContaining('steps') });
    expect(renderTemplate('{{ range l }}{{ s }}{{ end }}', { l: many, s: 'x'.repeat(9_999) })).toMatchObject({
      error: expect.stringContaining('characters'),
    });
    expect(render(`{{ ${'('.repeat(5_000)} }}`)).toContain('nested deeper');
    expect(render('{{ if true }}'.repeat(5_000))).toContain('nested deeper');
    expect(render(`{{ if none }}${'{{ else if none }}'.repeat(5_000)}`)).toContain('nested deeper');
  });

  it('can be checked without values', () => {
    const names = Object.keys(NAMES);
    expect(checkTemplate('{{ variables.whatever }}', names)).toEqual({ ok: true, value: undefined });
    expect(checkTemplate('{{ nope }}', names)).toEqual({
      ok: false,
      error: 'line 1, column 4: function "nope" not defined',
    });
  });

  it('names the variables it asks for', () => {
    const template =
      '{{ variables.a }}{{ if eq (print variables.b) "x" }}{{ else }}{{ variables.a }}{{ end }}';
    expect(keysOf(template, 'variables', Object.keys(NAMES))).toEqual(['a', 'b']);
    expect(keysOf('{{', 'variables', [])).toEqual([]);
  });

  it('passes through untouched without an action', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('{{')),
        (text) => render(text) === text,
      ),
    );
  });

  it('never throws and always ends, whatever is in it', () => {
    const word = fc.constantFrom(
      ...'{{ }} {{- -}} if else end range with namespace variables .path . $x $ := = | ( ) , "s" `r` 1 -2.5 eq printf'.split(
        ' ',
      ),
      ...['"%s"', 'index', 'list', 'and', 'not', 'nil', '\n', 'text', '/* c */', 'len', '$i', ',', 'true'],
    );
    const soup = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
    const actions = fc
      .array(
        fc.array(word, { maxLength: 6 }).map((words) => `{{ ${words.join(' ')} }}`),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, actions, fc.string()), (template) => {
        const result = renderTemplate(template, NAMES);
        return result.ok || /^line \d+, column \d+: ./.test(result.error);
      }),
      { numRuns: 2_000 },
    );
  });
});
