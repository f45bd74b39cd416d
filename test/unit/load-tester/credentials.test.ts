/** What an answer says of a command goes into events, which many may read. */
import { describe, expect, it } from '@jest/globals';
import { withoutCredentials } from '../../../src/load-tester/credentials.ts';

describe('credentials in a text', () => {
  it.each([
    ['hey -z 1m -a admin:hunter2 http://app/', 'hey -z 1m -a … http://app/'],
    ['curl -u "admin:hunter 2" http://app/', 'curl -u … http://app/'],
    ['helm test app --token=hunter2 --namespace prod', 'helm test app --token=… --namespace prod'],
    ['hey -H "Authorization: Bearer hunter2" http://app/', 'hey -H "Authorization: …" http://app/'],
    ["curl -H 'X-Auth-Token: hunter2' http://app/", "curl -H 'X-Auth-Token: …' http://app/"],
    ['curl https://admin:hunter2@app/path', 'curl https://…@app/path'],
    ['> Cookie: session=hunter2\nHTTP/1.1 500', '> Cookie: …\nHTTP/1.1 500'],
  ])('of %j are gone', (given, left) => {
    expect(withoutCredentials(given)).toBe(left);
  });

  it.each([
    'hey -z 1m -q 10 -c 2 http://podinfo-canary.test:9898/',
    'helm test --logs podinfo -n test',
    'ghz --call=app.Api/Get --insecure app.test:9000',
  ])('leaves %j readable', (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });
});
