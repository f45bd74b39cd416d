/**
 * What the controller is compared with: a process that does nothing but know. It lists and watches the same kinds
 * with what Node brings along, keeps the objects as parsed, and answers one ConfigMap by writing another.
 */
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { ECHO } from './protocol.ts';

interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion: string };
}
interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Item[];
}
interface WatchEvent {
  readonly type: string;
  readonly object: Item;
}

const PATHS = [
  '/apis/flagger.app/v1beta1/canaries',
  '/apis/flagger.app/v1beta1/metrictemplates',
  '/apis/flagger.app/v1beta1/alertproviders',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/controllerrevisions',
  '/api/v1/services',
  '/api/v1/configmaps',
  '/api/v1/secrets',
  '/apis/networking.istio.io/v1beta1/virtualservices',
  '/apis/networking.istio.io/v1beta1/destinationrules',
];

const [url = '', token = '', ca = ''] = process.argv.slice(2);
const agent = new Agent({ ca, keepAlive: true });
const objects = new Map<string, Item>();

await Promise.all(PATHS.map((path) => follow(path)));
process.send?.('knows everything');
process.on('disconnect', () => process.exit(0));

async function follow(path: string): Promise<void> {
  let next = '';
  for (;;) {
    const list = (await call('GET', `${path}?limit=500&continue=${encodeURIComponent(next)}`)) as List;
    for (const item of list.items) keep(path, item);
    next = list.metadata.continue ?? '';
    if (next === '') return watch(path, list.metadata.resourceVersion);
  }
}

function keep(path: string, item: Item): void {
  objects.set(`${path} ${item.metadata.namespace ?? ''}/${item.metadata.name}`, item);
}

function watch(path: string, version: string): void {
  const opened = open('GET', `${path}?watch=true&resourceVersion=${version}`, (response) => {
    createInterface({ input: response }).on('line', (line) => {
      const { object } = JSON.parse(line) as WatchEvent;
      keep(path, object);
      if (object.metadata.name === ECHO.call) void answer();
    });
  });
  opened.end();
}

async function answer(): Promise<void> {
  const path = `/api/v1/namespaces/${ECHO.namespace}/configmaps/${ECHO.answer}`;
  await call('PATCH', path, JSON.stringify({ data: { time: String(performance.now()) } }));
}

function open(
  method: string,
  path: string,
  onResponse: (response: NodeJS.ReadableStream) => void,
): ReturnType<typeof request> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(method === 'PATCH' && { 'content-type': 'application/merge-patch+json' }),
  };
  return request(`${url}${path}`, { method, agent, headers }, onResponse);
}

function call(method: string, path: string, body = ''): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opened = open(method, path, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    });
    opened.on('error', reject);
    opened.end(body);
  });
}
