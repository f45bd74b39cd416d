import { describe, expect, it } from '@jest/globals';

import { parseHey, splitWords, type Load } from '../../../src/load-tester/command-line.ts';

const loadOf = (command: string): Load => {
  const load = parseHey(command);
  if (!load.ok) throw new Error(load.error);
  return load.value;
};
const faultOf = (command: string): string => {
  const load = parseHey(command);
  return load.ok ? 'none' : load.error;
};

describe('words', () => {
  it.each([
    ['hey -z 1m http://a/', ['hey', '-z', '1m', 'http://a/']],
    ["  hey\t-H 'Cookie: type=insider'  x ", ['hey', '-H', 'Cookie: type=insider', 'x']],
    ['hey -d "{\\"a\\": 1}" x', ['hey', '-d', '{"a": 1}', 'x']],
    ["hey -d '' x", ['hey', '-d', '', 'x']],
    ['hey a\\ b', ['hey', 'a b']],
    ['hey -z 1m \\\n  -q 5 x', ['hey', '-z', '1m', '-q', '5', 'x']],
    ['hey http://a/?n=10#top', ['hey', 'http://a/?n=10#top']],
    ['hey --d=\'a\'"b"c', ['hey', '--d=abc']],
  ])('of %j are those of a shell', (text, words) => {
    expect(splitWords(text)).toEqual({ ok: true, value: words });
  });

  it.each([
    'hey x && rm -rf /',
    'hey x; id',
    'hey x | cat',
    'hey x > /tmp/out',
    'hey $URL',
    'hey "$URL"',
    'hey `id`',
    'hey "`id`"',
    'hey $(id)',
    'hey *',
    'hey http://a/?a=1&b=2',
    'hey x\nid',
    "hey 'x",
    'hey "x',
  ])('that only a shell can read are refused: %j', (text) => {
    expect(splitWords(text)).toMatchObject({ ok: false });
  });
});

describe('a hey command', () => {
  it('has the defaults of hey', () => {
    expect(loadOf('hey http://podinfo.test:9898/')).toEqual({
      url: 'http://podinfo.test:9898/',
      method: 'GET',
      headers: { 'Content-Type': 'text/html', 'User-Agent': 'hey/serin' },
      body: '',
      workers: 50,
      requests: 200,
      duration: undefined,
      rate: 0,
      timeout: 20_000,
      keepAlive: true,
      proxy: undefined,
    });
  });

  it('lasts as long as it says, whatever the number', () => {
    expect(loadOf('hey -z 1m30s -q 10 -c 2 -n 1 http://x/')).toMatchObject({
      duration: 90_000,
      requests: undefined,
      rate: 10,
      workers: 2,
    });
  });

  it('takes one dash or two, a blank or an equals sign', () => {
    expect(loadOf('hey --c=3 -n 9 --disable-keepalive -h2 -t=0 http://x/')).toMatchObject({
      workers: 3,
      requests: 9,
      keepAlive: false,
      timeout: undefined,
    });
  });

  it('sends what it is told to send', () => {
    const command =
      'hey -m post -d \'{"a":1}\' -T application/json -A text/plain -a me:pw -host shop.test -x proxy:8080 ' +
      "-H 'x-user: insider' -H 'content-type: text/x' http://gateway/";
    expect(loadOf(command)).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      proxy: 'proxy:8080',
      headers: {
        'Content-Type': 'text/x',
        Accept: 'text/plain',
        Authorization: 'Basic bWU6cHc=',
        Host: 'shop.test',
        'X-User': 'insider',
      },
    });
  });

  it('needs no scheme in front of a host', () => {
    expect(loadOf('hey podinfo:9898/x').url).toBe('http://podinfo:9898/x');
  });

  it.each([
    ['wrk -t 1 http://x/', '"wrk" is not hey'],
    ['', '"" is not hey'],
    ['hey', 'hey: the URL is missing'],
    ['hey -c 2', 'hey: the URL is missing'],
    ['hey -c', 'hey: -c needs a value'],
    ['hey -c 2 http://x/ -z 1m', 'hey: flags go before the URL, found -z 1m'],
    ['hey -constructor 1 http://x/', 'hey: unknown flag -constructor'],
    ['hey -c two http://x/', 'hey: -c is not a whole number from 1 to 1000'],
    ['hey -c 1001 -n 2000 http://x/', 'hey: -c is not a whole number from 1 to 1000'],
    ['hey -n 10 http://x/', 'hey: -n cannot be less than -c'],
    ['hey -q -1 http://x/', 'hey: -q is not a number from 0'],
    ['hey -z soon http://x/', 'hey: -z is not a span of time such as 30s'],
    ["hey -H 'no colon' http://x/", 'hey: -H is not of the form "name: value"'],
    ["hey -m 'G ET' http://x/", 'hey: -m is not a method such as POST'],
    ["hey -H 'x-user: žofie' http://x/", 'hey: the header X-User has characters that no header may have'],
    ['hey -host "a\nb" http://x/', 'hey: the header Host has characters that no header may have'],
    ['hey -x " " http://x/', 'hey: -x is not of the form host:port'],
    ['hey file:///etc/passwd', 'hey: the last word is not an http or https URL'],
    ['hey http://:/', 'hey: the last word is not an http or https URL'],
    ['hey -D /etc/passwd http://x/', 'hey: -D reads a file of the load tester; send the body with -d'],
    ['hey -o csv http://x/', 'hey: -o is not served; the summary is always printed as text'],
    ['hey http://x/ && id', '"&&" needs a shell'],
  ])('%j is refused with a sentence', (command, sentence) => {
    expect(faultOf(command)).toBe(sentence);
  });
});
