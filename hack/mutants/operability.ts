/** Faults in how the controller runs and what it costs, each by the number of the defect it brings back. */
import { breaks } from './drop-in.ts';
import type { Mutant } from './mutant.ts';

export const OPERABILITY_MUTANTS: readonly Mutant[] = [
  breaks(
    'a pass that throws is not tried again (M20)',
    { file: 'test/unit/controller/manager.test.ts', name: 'does not let a pass that throws' },
    {
      file: 'src/controller/manager.ts',
      find: "this.#queue.done(key, signal.aborted ? 'fine' : 'failed');",
      replace: "this.#queue.done(key, 'fine');",
    },
  ),
  breaks(
    'a token in the headers of a template (M22)',
    { file: 'test/contract/metrics.test.ts', name: 'leaves the headers it was given as they were' },
    {
      file: 'src/metrics/prometheus.ts',
      find: 'headers: backend.headers,',
      replace: "headers: Object.assign(backend.headers, { Authorization: [backend.credentials['token']] }),",
    },
  ),
  breaks(
    'failures that nothing makes good (M26)',
    { file: 'test/unit/controller/workqueue.test.ts', name: 'backs off per key up to the longest wait' },
    {
      file: 'src/controller/workqueue.ts',
      find: 'this.#failures.set(key, failures + 1);',
      replace: 'this.#failures.set(key, failures);',
    },
  ),
  breaks(
    'a write with every look at rest (M50)',
    { file: 'test/contract/controller.test.ts', name: 'answers for its health and counts' },
    {
      file: 'src/core/resting.ts',
      find: 'canonicalJson(target.record) !== canonicalJson(status.target))',
      replace: "canonicalJson(target.record) !== '')",
    },
  ),
  breaks(
    'a push that is noticed at the next look (M51)',
    { file: 'test/unit/controller/canary-index.test.ts', name: 'knows whom a target concerns' },
    {
      file: 'src/controller/canary-index.ts',
      find: 'filter(({ target }) => target === place);',
      replace: "filter(({ target }) => target === '');",
    },
  ),
  breaks(
    'what stands is told with every pass (M53)',
    { file: 'test/unit/controller/announcer.test.ts', name: 'sends a notice at once when it is new' },
    {
      file: 'src/controller/announcer.ts',
      find: 'if (lane.noticed.has(said) || waiting >= WAITING_NOTICES) continue;',
      replace: 'if (waiting >= WAITING_NOTICES) continue;',
    },
  ),
  breaks(
    'a connection for every call (M55)',
    { file: 'test/contract/adapters/http.test.ts' },
    {
      file: 'src/adapters/http.ts',
      find: 'httpsAgent: request.insecure === true ? insecure : secure,',
      replace: 'httpsAgent: request.insecure === true ? new HttpsAgent(insecure.options) : secure,',
    },
  ),
  breaks(
    'a probe that always says yes (M61)',
    { file: 'test/unit/controller/vitals.test.ts', name: 'says whether it is alive and ready' },
    {
      file: 'src/controller/front-desk.ts',
      find: 'response.writeHead(fault === undefined ? 200 : 503',
      replace: 'response.writeHead(200',
    },
  ),
  breaks(
    'a right that nobody needs (M62)',
    { file: 'test/contract/charts.test.ts', name: 'is what is needed, and no more' },
    {
      file: 'src/cli/install/rules.ts',
      find: 'rule([EndpointSlice], [',
      replace: "rule([EndpointSlice], ['get', ",
    },
  ),
  breaks(
    'a Canary that is held by what is gone (M63)',
    { file: 'test/unit/controller/observe.test.ts' },
    {
      file: 'src/controller/observe.ts',
      find: 'const target = told.ok || !terminating ? told :',
      replace: 'const target = told.ok || terminating ? told :',
    },
  ),
];
