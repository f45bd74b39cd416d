import { describe, expect, it } from '@jest/globals';

import { asksForHelp, HELP, parseFlags } from '../../../src/load-tester/flags.ts';
import { proxyFrom } from '../../../src/load-tester/proxy.ts';

describe('flags', () => {
  it('F6.3 have the defaults people know, with the shell off', () => {
    expect(parseFlags([])).toEqual({
      ok: true,
      value: {
        logLevel: 'info',
        logEncoding: 'json',
        port: 9090,
        timeout: 3_600_000,
        namespaces: undefined,
        allowShell: false,
        maxTasks: 100,
        gatesDir: '',
        tokenFile: '',
        proxy: '',
      },
    });
  });

  it('are taken with one dash or two, a blank or an equals sign', () => {
    const words = [
      '-log-level',
      'debug',
      '--port=8080',
      '-timeout=2h',
      '--namespace-regexp',
      '^test',
      '-allow-shell',
    ];
    expect(parseFlags(words)).toMatchObject({
      value: { logLevel: 'debug', port: 8080, timeout: 7_200_000, namespaces: /^test/, allowShell: true },
    });
  });

  it('F6.3 of the old load tester are accepted', () => {
    expect(parseFlags(['-zap-replace-globals=true', '-zap-encoding', 'console'])).toMatchObject({ ok: true });
  });

  it('are explained, each of them', () => {
    const refused = parseFlags(['nonsense']);
    const known = refused.ok ? [] : [...refused.error.matchAll(/(?<=[ ,])-[a-z-]+(?=[,;])/gu)].map(String);
    expect(known).toHaveLength(11);
    for (const flag of known) expect(HELP).toContain(`  ${flag} `);
    expect([['-h'], ['--help'], ['-port', '1', '-help'], ['-port']].map(asksForHelp)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    [['-prot', '1'], /^unknown flag -prot, known are -log-level, -port, .*-allow-shell/],
    [['8080'], /^unknown flag 8080/],
    [['-port'], /^-port needs a value/],
    [['-port', '70000'], /^-port is 70000, allowed are 0 to 65535/],
    [['-max-tasks', '0'], /^-max-tasks is 0, allowed are 1 to 10000/],
    [['-max-tasks', '10001'], /^-max-tasks is 10001, allowed are 1 to 10000/],
    [['-timeout', 'long'], /^-timeout is long, expected a span of time/],
    [['-namespace-regexp', '('], /no regular expression$/],
    [['-log-level', 'loud'], /allowed are debug, info, warning, error$/],
    [['-zap-encoding', 'xml'], /allowed are json, console$/],
    [['-allow-shell=yes'], /^-allow-shell is yes, allowed are true and false/],
    [['-proxy', 'proxy:8080'], /^-proxy does not begin with http:/],
  ])('%j are refused with a sentence', (words, sentence) => {
    expect(parseFlags(words)).toMatchObject({ ok: false, error: expect.stringMatching(sentence) });
  });
});

describe('the proxy', () => {
  const env = { http_proxy: 'http://proxy:3128', NO_PROXY: 'localhost, .svc, *.internal' };

  it('of the flag is for every host', () => {
    expect(proxyFrom('http://flag:1', env)('localhost')).toBe('http://flag:1');
  });

  it.each([
    ['podinfo.test', 'http://proxy:3128'],
    ['localhost', undefined],
    ['podinfo.test.SVC', undefined],
    ['a.internal', undefined],
    ['notlocalhost', 'http://proxy:3128'],
  ])('of the environment is for %s: %s', (host, proxy) => {
    expect(proxyFrom('', env)(host)).toBe(proxy);
  });

  it('is none without one, or with one that makes no sense', () => {
    expect(proxyFrom('', {})('a')).toBeUndefined();
    expect(proxyFrom('', { http_proxy: 'nonsense' })('a')).toBeUndefined();
    expect(proxyFrom('', { http_proxy: 'http://p:1', no_proxy: '*' })('a')).toBeUndefined();
  });
});
