/** Metric systems: what they are asked and what counts of their answers. */
import type { Claim } from '../claim.ts';

const METRICS = 'test/contract/metrics.test.ts';
const CLUSTER = 'test/unit/metrics/cluster.test.ts';

export const METRIC_CLAIMS: readonly Claim[] = [
  {
    id: '10.6.1',
    says: 'built-in metrics are counted by each router as they always were, and what has no value is no number',
    tests: {
      'test/unit/metrics/builtin.test.ts': ['the built-in queries …', 'measuring a built-in metric …'],
    },
    differs: 'where every request fails the success rate is 0, not missing',
  },
  {
    id: '10.6.2',
    says: 'queries are filled in with every name there is and with variables; a name that is not known is refused',
    tests: {
      'test/unit/api/template.test.ts': ['a query template …'],
      'test/unit/api/metric-template.test.ts': ['a metric template …'],
    },
  },
  {
    id: '10.6.3',
    says: 'each system hears the query with its credentials, gives the value that has always counted, and tells no data, a refusal, a fault and a missing credential apart; nothing confided is repeated',
    tests: {
      [METRICS]: [
        ...['prometheus …', 'datadog …', 'newrelic …', 'cloudwatch …', 'stackdriver …', 'graphite …'],
        ...['influxdb …', 'dynatrace …', 'splunk …', 'externalmetrics …', 'the window of a metric …'],
      ],
      'test/contract/adapters/prometheus.test.ts': ['an instant query …'],
    },
    mutants: [
      'drop-in: a password that is repeated by a system in other words (10.6.3)',
      'drop-in: a system that wants a moment has failed a check (10.6.3)',
      'drop-in: Datadog: the newest point in the place of the oldest (10.6.3)',
    ],
    differs:
      'no rows of InfluxDB are no data, whole numbers of Google count, New Relic may name its only number as it likes, and SignalFlow is asked over HTTP instead of a websocket',
  },
  {
    id: '10.6.4',
    says: 'queries for Keptn and for external metrics are read as ever; an analysis is 1 or 0, or no answer in time',
    tests: {
      [CLUSTER]: ['a KeptnMetric …', 'an Analysis of Keptn …', 'an external metric of …', 'a quantity …'],
    },
    mutants: ['drop-in: an Analysis of Keptn that is left behind (10.6.4)'],
  },
];
