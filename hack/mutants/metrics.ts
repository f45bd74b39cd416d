/** Faults in how metric systems are asked and what is made of their answers. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

function promised(name: string): Proof {
  return { file: 'test/contract/metrics.test.ts', name };
}

function ofTheCluster(name: string): Proof {
  return { file: 'test/unit/metrics/cluster.test.ts', name };
}

export const METRIC_MUTANTS: readonly Mutant[] = [
  breaks('the identity of the controller shown to anybody (M34)', promised('goes nowhere with'), {
    file: 'src/metrics/own-identity.ts',
    find: "if (address === '') return ok({ ...backend, address: host, headers: {}, insecureSkipVerify: false });",
    replace: 'return ok({ ...backend, address: address || host, headers: {}, insecureSkipVerify: false });',
  }),
  breaks(
    'the identity of the controller shown to whoever has any certificate (M34)',
    promised('goes to the vendor'),
    {
      file: 'src/metrics/own-identity.ts',
      find: 'headers: {}, insecureSkipVerify: false });',
      replace: 'headers: {} });',
    },
  ),
  breaks('a password that is repeated by a system in other words (10.6.3)', promised('tells'), {
    file: 'src/metrics/recipe.ts',
    find: '{ ...credentials, ...Object.fromEntries(words) }',
    replace: '{ ...credentials }',
  }),
  breaks('a system that wants a moment has failed a check (10.6.3)', promised('asks once more'), {
    file: 'src/metrics/patience.ts',
    find: '    return ask();',
    replace: '    return first;',
  }),
  breaks(
    'a key for a Prometheus that goes along to somebody else (M34)',
    { file: 'test/contract/adapters/prometheus.test.ts', name: 'is followed without the headers' },
    {
      file: 'src/adapters/prometheus.ts',
      find: 'dropForeignHeaders(headers, next, from.url)',
      replace: 'dropForeignHeaders({}, next, from.url)',
    },
  ),
  breaks('Datadog: the newest point in the place of the oldest (10.6.3)', promised('gives the value'), {
    file: 'src/metrics/datadog.ts',
    find: 'pointlist.find((',
    replace: 'pointlist.findLast((',
  }),
  breaks('Influx: no rows are nothing (M33)', promised('tells'), {
    file: 'src/metrics/influxdb.ts',
    find: 'if (begin === undefined) return NO_DATA;',
    replace: 'if (begin === undefined) return ok(0);',
  }),
  breaks('Stackdriver: whole numbers are nothing (M33)', promised('gives the value'), {
    file: 'src/metrics/stackdriver.ts',
    find: 'value.doubleValue ?? value.int64Value',
    replace: 'value.doubleValue ?? 0',
  }),
  breaks('an Analysis of Keptn that is left behind (10.6.4)', ofTheCluster('that is completed with pass'), {
    file: 'src/metrics/keptn.ts',
    find: 'await context.objects.delete(ref, { signal: new AbortController().signal });',
    replace: '',
  }),
  breaks('metrics of every namespace (M35)', ofTheCluster('a query of'), {
    file: 'src/metrics/cluster.ts',
    find: 'if (within === undefined || within === namespace) return undefined;',
    replace: 'return undefined;',
  }),
];
