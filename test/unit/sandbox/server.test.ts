import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { ask, openWatch, until } from '../../support/sandbox-client.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ actors: false });
});

afterEach(() => sandbox.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const aMap = (name: string, data: Readonly<Record<string, string>> = {}): object => ({
  metadata: { name },
  data,
});
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const aDeployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: 'main', image: 'app:1', ports: [{ containerPort: 80 }] },
          { name: 'side', image: 'side:1' },
        ],
      },
    },
  },
});

const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      additionalPrinterColumns:
        - {name: Size, type: integer, jsonPath: .spec.size}
        - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer}
                colour: {type: string, default: red}
            status: {type: object, x-kubernetes-preserve-unknown-fields: true}
    - name: v1beta1
      served: true
      storage: false
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
const widgets = (version = 'v1'): string => `/apis/example.com/${version}/namespaces/default/widgets`;
const aWidget = (spec: object): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec,
});

describe('access', () => {
  it('is refused without the token', async () => {
    expect(await ask(sandbox, 'GET', MAPS, { token: 'wrong' })).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized' },
    });
  });

  it('to a namespace that is not there is refused for new objects', async () => {
    const answer = await ask(sandbox, 'POST', MAPS.replace('default', 'nowhere'), { body: aMap('a') });
    expect(answer).toMatchObject({
      code: 404,
      body: { kind: 'Status', message: 'namespaces "nowhere" not found' },
    });
  });

  it('to what is not served says so', async () => {
    expect((await ask(sandbox, 'GET', '/apis/example.com/v1/widgets')).body['message']).toBe(
      'the server could not find the requested resource',
    );
  });
});

describe('reading and writing', () => {
  it('an object is created, read, replaced and deleted', async () => {
    const created = await ask(sandbox, 'POST', MAPS, { body: aMap('a', { x: '1' }) });
    expect(created.code).toBe(201);
    const read = await ask(sandbox, 'GET', `${MAPS}/a`);
    expect(read.body).toEqual(created.body);
    const replaced = await ask(sandbox, 'PUT', `${MAPS}/a`, { body: { ...read.body, data: { x: '2' } } });
    expect(replaced.body['data']).toEqual({ x: '2' });
    const stale = await ask(sandbox, 'PUT', `${MAPS}/a`, { body: { ...read.body, data: { x: '3' } } });
    expect(stale).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
    expect((await ask(sandbox, 'DELETE', `${MAPS}/a`)).body['status']).toBe('Success');
    expect((await ask(sandbox, 'GET', `${MAPS}/a`)).body['message']).toBe('configmaps "a" not found');
  });

  it('a dry run changes nothing', async () => {
    await ask(sandbox, 'POST', `${MAPS}?dryRun=All`, { body: aMap('a') });
    expect(sandbox.store.count('configmaps')).toBe(0);
  });

  it('lists come in pages', async () => {
    for (const name of ['a', 'b', 'c']) await ask(sandbox, 'POST', MAPS, { body: aMap(name) });
    const first = await ask(sandbox, 'GET', `${MAPS}?limit=2`);
    const { continue: token } = first.body['metadata'] as { continue: string };
    const rest = await ask(sandbox, 'GET', `${MAPS}?limit=2&continue=${token}`);
    expect(first.body['items']).toHaveLength(2);
    expect(rest.body['items']).toMatchObject([{ metadata: { name: 'c' } }]);
    sandbox.faults.expire();
    expect((await ask(sandbox, 'GET', `${MAPS}?limit=2&continue=${token}`)).code).toBe(410);
  });

  it('the type of a Secret cannot be changed', async () => {
    const path = '/api/v1/namespaces/default/secrets';
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'typed' }, data: {} };
    await ask(sandbox, 'POST', path, { body: secret });
    const same = await ask(sandbox, 'PUT', `${path}/typed`, { body: { ...secret, type: 'Opaque' } });
    expect(same.code).toBe(200);
    const other = { ...secret, type: 'kubernetes.io/tls' };
    const refused = await ask(sandbox, 'PUT', `${path}/typed`, { body: other });
    expect([refused.code, refused.body['message']]).toEqual([
      422,
      'Secret "typed" is invalid: type: Invalid value: "kubernetes.io/tls": field is immutable',
    ]);
  });

  it('selectors narrow lists, and fields without an index are refused', async () => {
    for (const name of ['a', 'b']) {
      await ask(sandbox, 'POST', MAPS, { body: { metadata: { name, labels: { app: name } } } });
    }
    const names = async (query: string): Promise<unknown> =>
      ((await ask(sandbox, 'GET', `${MAPS}?${query}`)).body['items'] as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      );
    expect(await names('labelSelector=app%20in%20(a,c)')).toEqual(['a']);
    expect(await names('labelSelector=app!=a')).toEqual(['b']);
    expect(await names('fieldSelector=metadata.name=b')).toEqual(['b']);
    expect((await ask(sandbox, 'GET', `${MAPS}?fieldSelector=data.x=1`)).code).toBe(400);
  });

  it('a Deployment gets the defaults Kubernetes gives it', async () => {
    const { body } = await ask(sandbox, 'POST', DEPLOYMENTS, { body: aDeployment('a') });
    expect(body).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        replicas: 1,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
        template: { spec: { restartPolicy: 'Always', containers: [{ ports: [{ protocol: 'TCP' }] }, {}] } },
      },
    });
  });

  it('empty maps and lists of the metadata are left out, and are no change', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const metadata = { name: 'a', labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
    const made = await ask(sandbox, 'POST', path, { body: { metadata } });
    const { resourceVersion, ...rest } = made.body['metadata'] as Record<string, unknown>;
    expect(Object.keys(rest)).toEqual(expect.not.arrayContaining(['labels', 'annotations', 'finalizers']));
    expect(rest).not.toHaveProperty('ownerReferences');
    const again = await ask(sandbox, 'PUT', `${path}/a`, { body: { metadata } });
    expect(again.body).toMatchObject({ metadata: { resourceVersion } });
  });

  it('a Service and an Ingress have an empty status from the first moment on', async () => {
    const service = { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } };
    const ingress = { metadata: { name: 'a' }, spec: { defaultBackend: { service: { name: 'a' } } } };
    for (const [path, body] of [
      ['/api/v1/namespaces/default/services', service],
      ['/apis/networking.k8s.io/v1/namespaces/default/ingresses', ingress],
    ] as const) {
      const rehearsed = await ask(sandbox, 'POST', `${path}?dryRun=All`, { body });
      const created = await ask(sandbox, 'POST', path, { body });
      for (const answer of [rehearsed, created]) {
        expect(answer.body['status']).toEqual({ loadBalancer: {} });
      }
      const { resourceVersion } = created.body['metadata'] as { resourceVersion: string };
      expect((await ask(sandbox, 'GET', `${path}/a`)).body).toMatchObject({ metadata: { resourceVersion } });
    }
  });

  it('YAML is read as Kubernetes reads it: the old words, and the last of equal keys', async () => {
    const text = 'metadata: {name: a}\ndata: {a: "1"}\ndata: {b: "2"}\nimmutable: on\n';
    const post = (query: string): ReturnType<typeof ask> =>
      ask(sandbox, 'POST', `${MAPS}?dryRun=All&${query}`, { text, type: 'application/yaml' });

    const lenient = await post('fieldValidation=Ignore');
    expect(lenient.body).toMatchObject({ data: { b: '2' }, immutable: true });
    expect((await post('fieldValidation=Strict')).code).toBe(400);
    const points = await ask(sandbox, 'POST', `${MAPS}?dryRun=All`, {
      text: 'metadata: {name: a}\ndata: {path: ., other: -.}\n',
      type: 'application/yaml',
    });
    expect(points.body).toMatchObject({ data: { path: '.', other: '-.' } });
  });

  it('replicas are scaled through the subresource', async () => {
    await ask(sandbox, 'POST', DEPLOYMENTS, { body: aDeployment('a') });
    const scale = await ask(sandbox, 'PATCH', `${DEPLOYMENTS}/a/scale`, {
      body: { spec: { replicas: 4 } },
      type: 'application/merge-patch+json',
    });
    expect(scale.body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 }, status: { selector: 'app=a' } });
    expect((await ask(sandbox, 'GET', `${DEPLOYMENTS}/a`)).body).toMatchObject({ spec: { replicas: 4 } });
  });
});

describe('patches', () => {
  const patch = (path: string, type: string, body: unknown): ReturnType<typeof ask> =>
    ask(sandbox, 'PATCH', path, { body, type: `application/${type}` });

  it('merge: null removes a member', async () => {
    await ask(sandbox, 'POST', MAPS, { body: aMap('a', { x: '1', y: '2' }) });
    expect((await patch(`${MAPS}/a`, 'merge-patch+json', { data: { x: null } })).body['data']).toEqual({
      y: '2',
    });
  });

  it('JSON: a test that does not hold changes nothing', async () => {
    await ask(sandbox, 'POST', MAPS, { body: aMap('a', { x: '1' }) });
    const operations = [
      { op: 'replace', path: '/data/x', value: '2' },
      { op: 'test', path: '/data/x', value: '1' },
    ];
    expect((await patch(`${MAPS}/a`, 'json-patch+json', operations)).code).toBe(422);
    expect((await ask(sandbox, 'GET', `${MAPS}/a`)).body['data']).toEqual({ x: '1' });
  });

  it('strategic: containers merge by name', async () => {
    await ask(sandbox, 'POST', DEPLOYMENTS, { body: aDeployment('a') });
    const body = { spec: { template: { spec: { containers: [{ name: 'main', image: 'app:2' }] } } } };
    const { body: patched } = await patch(`${DEPLOYMENTS}/a`, 'strategic-merge-patch+json', body);
    expect(patched).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'main', image: 'app:2' }, { name: 'side' }] } } },
    });
  });

  it('apply: what a manager leaves out goes, what others set stays', async () => {
    const apply = (manager: string, data: object, force = false): ReturnType<typeof ask> =>
      patch(`${MAPS}/a?fieldManager=${manager}&force=${force}`, 'apply-patch+yaml', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data,
      });
    expect((await apply('one', { x: '1', y: '1' })).code).toBe(201);
    expect((await apply('two', { z: '2' })).code).toBe(200);
    expect((await apply('one', { x: '1' })).body['data']).toEqual({ x: '1', z: '2' });
    const conflict = await apply('two', { x: '9', z: '2' });
    expect(conflict).toMatchObject({
      code: 409,
      body: {
        details: {
          causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' }],
        },
      },
    });
    expect((await apply('two', { x: '9' }, true)).body['data']).toEqual({ x: '9' });
    expect((await apply('one', {})).body['data']).toEqual({ x: '9' });
  });

  it('apply: an item that others have fields in stays, with the key it is found by', async () => {
    const apply = (manager: string, containers: readonly object[]): ReturnType<typeof ask> => {
      const template = { metadata: { labels: { app: 'a' } }, spec: { containers } };
      const spec = { selector: { matchLabels: { app: 'a' } }, template };
      const body = { apiVersion: 'apps/v1', kind: 'Deployment', spec };
      return patch(`${DEPLOYMENTS}/a?fieldManager=${manager}`, 'apply-patch+yaml', body);
    };
    const main = { name: 'main', image: 'app:1' };
    await apply('one', [main, { name: 'side', image: 'side:1', args: ['x'] }]);
    await patch(`${DEPLOYMENTS}/a?fieldManager=two`, 'strategic-merge-patch+json', {
      spec: { template: { spec: { containers: [{ name: 'side', image: 'side:2' }] } } },
    });
    const { body } = await apply('one', [main]);
    const { containers } = (body['spec'] as { template: { spec: { containers: Record<string, unknown>[] } } })
      .template.spec;
    expect(containers[1]).toMatchObject({ name: 'side', image: 'side:2' });
    expect(containers[1]?.['args']).toBeUndefined();
  });

  it('apply: a container that is left out goes with its defaults', async () => {
    const apply = (names: readonly string[]): ReturnType<typeof ask> => {
      const containers = names.map((name) => ({ name, image: 'app:1' }));
      const template = { metadata: { labels: { app: 'a' } }, spec: { containers } };
      const spec = { selector: { matchLabels: { app: 'a' } }, template };
      return patch(`${DEPLOYMENTS}/a?fieldManager=one`, 'apply-patch+yaml', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec,
      });
    };
    await apply(['main', 'side']);
    const { body } = await apply(['main']);
    expect(body).toMatchObject({ spec: { template: { spec: { containers: [{ name: 'main' }] } } } });
  });
});

describe('custom kinds', () => {
  beforeEach(() => {
    sandbox.applyYaml(WIDGETS);
  });

  it('are served once defined, with defaults, and without unknown fields', async () => {
    const { code, body } = await ask(sandbox, 'POST', widgets(), {
      body: aWidget({ size: 1, shape: 'round' }),
    });
    expect({ code, spec: body['spec'] }).toEqual({ code: 201, spec: { size: 1, colour: 'red' } });
  });

  it('refuse what their schema refuses, and unknown fields when asked to be strict', async () => {
    const invalid = await ask(sandbox, 'POST', widgets(), { body: aWidget({ size: 'big' }) });
    expect(invalid).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
    expect(invalid.body['message']).toContain('spec.size: Invalid value: "string"');
    const strict = await ask(sandbox, 'POST', `${widgets()}?fieldValidation=Strict`, {
      body: aWidget({ size: 1, shape: 'x' }),
    });
    expect(strict.body['message']).toContain('unknown field "spec.shape"');
  });

  it('check the whole object when its status is written', async () => {
    await ask(sandbox, 'POST', widgets('v1beta1'), {
      body: { ...aWidget({}), apiVersion: 'example.com/v1beta1' },
    });
    const read = await ask(sandbox, 'GET', `${widgets()}/w`);
    const refused = await ask(sandbox, 'PUT', `${widgets()}/w/status`, {
      body: { ...read.body, status: { a: 1 } },
    });
    expect(refused.code).toBe(422);
  });

  it('are read in every version they are served in', async () => {
    await ask(sandbox, 'POST', widgets(), { body: aWidget({ size: 1 }) });
    expect((await ask(sandbox, 'GET', `${widgets('v1beta1')}/w`)).body['apiVersion']).toBe(
      'example.com/v1beta1',
    );
  });

  it('lose what the version they are kept in does not know, whichever was written', async () => {
    const body = { ...aWidget({ size: 1, shape: 'round' }), apiVersion: 'example.com/v1beta1' };
    const written = await ask(sandbox, 'POST', widgets('v1beta1'), { body });
    expect(written.body['spec']).toEqual({ size: 1 });
  });

  it('begin with the status their definition gives them, whatever was sent', async () => {
    const first = { conditions: [], told: 'nothing yet' };
    sandbox.applyYaml(
      WIDGETS.replace('status: {type: object,', `status: {type: object, default: ${JSON.stringify(first)},`),
    );
    const { body } = await ask(sandbox, 'POST', widgets(), { body: { ...aWidget({ size: 1 }), status: {} } });
    expect(body['status']).toEqual(first);
  });

  it('show their columns', async () => {
    await ask(sandbox, 'POST', widgets(), { body: aWidget({ size: 3 }) });
    await ask(sandbox, 'PATCH', `${widgets()}/w/status`, {
      body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      type: 'application/merge-patch+json',
    });
    const { body } = await ask(sandbox, 'GET', widgets(), {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(body).toMatchObject({ kind: 'Table', rows: [{ cells: ['w', 3, 'True'] }] });
  });

  it('go with their definition', async () => {
    await ask(
      sandbox,
      'DELETE',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com',
    );
    expect((await ask(sandbox, 'GET', widgets())).code).toBe(404);
  });
});

describe('watches', () => {
  it('tell what happened since a version, and what happens', async () => {
    const { resourceVersion } = (await ask(sandbox, 'GET', MAPS)).body['metadata'] as {
      resourceVersion: string;
    };
    await ask(sandbox, 'POST', MAPS, { body: aMap('a') });
    const watch = await openWatch(sandbox, `${MAPS}?watch=1&resourceVersion=${resourceVersion}`);
    await ask(sandbox, 'DELETE', `${MAPS}/a`);
    await until(() => watch.events.length === 2);
    expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    watch.close();
  });

  it('tell of an object that leaves the selection as deleted', async () => {
    const watch = await openWatch(sandbox, `${MAPS}?watch=1&labelSelector=app=a`);
    await ask(sandbox, 'POST', MAPS, { body: { metadata: { name: 'a', labels: { app: 'a' } } } });
    await ask(sandbox, 'PATCH', `${MAPS}/a`, {
      body: { metadata: { labels: { app: 'b' } } },
      type: 'application/merge-patch+json',
    });
    await until(() => watch.events.length === 2);
    expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    watch.close();
  });

  it('can begin with everything there is, and say where that ends', async () => {
    await ask(sandbox, 'POST', MAPS, { body: aMap('a') });
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await openWatch(sandbox, `${MAPS}?${query}`);
    await until(() => watch.events.length === 2);
    expect(watch.events).toMatchObject([
      { type: 'ADDED' },
      { type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } },
    ]);
    watch.close();
  });

  it('from a forgotten version end with an error event', async () => {
    const version = sandbox.store.version;
    sandbox.faults.expire();
    const watch = await openWatch(sandbox, `${MAPS}?watch=1&resourceVersion=${version}`);
    await watch.ended;
    expect(watch.events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });

  it('are counted apart while they are open', async () => {
    const watch = await openWatch(sandbox, `${MAPS}?watch=1`);
    await until(() => sandbox.requests().openWatches['configmaps'] === 1);
    watch.close();
    await until(() => sandbox.requests().openWatches['configmaps'] === undefined);
    expect(sandbox.requests().counts).toEqual({ 'watch configmaps': 1 });
  });
});

describe('faults', () => {
  it('refuse writes of a kind, and only those', async () => {
    sandbox.faults.inject({
      match: { verb: 'create', resource: 'configmaps' },
      effect: { kind: 'status', code: 403 },
    });
    expect((await ask(sandbox, 'POST', MAPS, { body: aMap('a') })).code).toBe(403);
    expect((await ask(sandbox, 'GET', MAPS)).code).toBe(200);
  });

  it('last as many requests as they are told to', async () => {
    sandbox.faults.inject({ times: 1, effect: { kind: 'status', code: 429, retryAfterSeconds: 3 } });
    expect(await ask(sandbox, 'GET', MAPS)).toMatchObject({ code: 429, headers: { 'retry-after': '3' } });
    expect((await ask(sandbox, 'GET', MAPS)).code).toBe(200);
  });

  it('drop a connection before or after the deed', async () => {
    sandbox.faults.inject({ times: 1, effect: { kind: 'drop' } });
    await expect(ask(sandbox, 'POST', MAPS, { body: aMap('a') })).rejects.toThrow();
    expect(sandbox.store.count('configmaps')).toBe(0);
    sandbox.faults.inject({ times: 1, effect: { kind: 'drop-after' } });
    await expect(ask(sandbox, 'POST', MAPS, { body: aMap('a') })).rejects.toThrow();
    expect(sandbox.store.count('configmaps')).toBe(1);
  });

  it('show the past to readers', async () => {
    const lift = sandbox.faults.inject({ match: { verb: 'list' }, effect: { kind: 'stale' } });
    await ask(sandbox, 'POST', MAPS, { body: aMap('a') });
    expect((await ask(sandbox, 'GET', MAPS)).body['items']).toEqual([]);
    lift();
    expect((await ask(sandbox, 'GET', MAPS)).body['items']).toHaveLength(1);
  });

  it('silence watches, which end with the silence', async () => {
    const watch = await openWatch(sandbox, `${MAPS}?watch=1`);
    await ask(sandbox, 'POST', '/_sandbox/faults', { body: { silence: true } });
    await ask(sandbox, 'POST', MAPS, { body: aMap('a') });
    await ask(sandbox, 'POST', '/_sandbox/faults', { body: { silence: false } });
    await watch.ended;
    expect(watch.events).toEqual([]);
  });

  it('end watches in good order', async () => {
    const watch = await openWatch(sandbox, `${MAPS}?watch=1&allowWatchBookmarks=true`);
    await until(() => sandbox.requests().openWatches['configmaps'] === 1);
    sandbox.faults.closeWatches('configmaps');
    await watch.ended;
    expect(watch.events).toMatchObject([{ type: 'BOOKMARK' }]);
  });
});
