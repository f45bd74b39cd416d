/** Machines that fail, and Canaries that leave. */
import { revision } from '../../src/shared/brand.ts';
import { tellScenarios } from '../support/scenarios.ts';
import { push, span } from '../support/stories.ts';

const V2 = { '2m': push('v2') };

tellScenarios('trouble', [
  {
    says: 'an hour without the API server ends as if nothing had been',
    story: {
      happens: { ...V2, '3m30s': { kind: 'outage', of: 'api-server', span: span('1h') } },
      lasts: '1h15m',
    },
  },
  {
    says: 'an hour without a controller ends as if nothing had been',
    story: {
      happens: { ...V2, '3m30s': { kind: 'outage', of: 'controller', span: span('1h') } },
      lasts: '1h15m',
    },
  },
  {
    says: 'a controller that dies after it wrote the status performs what is left',
    story: { happens: { ...V2, '3m30s': { kind: 'crash', when: 'after the commit' } } },
  },
  {
    says: 'a change the cluster does not take ends the run after the deadline',
    story: { happens: { ...V2, '3m30s': { kind: 'outage', of: 'mesh', span: span('5m') } } },
  },
  {
    says: 'a first version that does not become ready is told once, and a fix of it is taken up',
    whole: true,
    story: {
      happens: { '5m': push('v2') },
      workloads: [{ workload: 'primary', revision: revision('v1'), readyAfter: 'never' }],
      lasts: '9m',
    },
  },
  {
    says: 'deletion with revertOnDeletion gives the target its traffic back first',
    spec: { revertOnDeletion: true },
    story: { happens: { '2m': { kind: 'delete', what: 'canary' } }, lasts: '4m' },
  },
  {
    says: 'deletion does not wait for a target that never becomes ready',
    spec: { revertOnDeletion: true },
    story: {
      happens: { '2m': { kind: 'delete', what: 'canary' } },
      workloads: [{ workload: 'target', revision: revision('v1'), readyAfter: 'never', from: span('2m') }],
      lasts: '8m',
    },
  },
  {
    says: 'deletion wins over suspend and over a run',
    spec: { revertOnDeletion: true },
    story: {
      happens: {
        ...V2,
        '3m30s': { kind: 'spec', change: { suspend: true } },
        '4m': { kind: 'delete', what: 'canary' },
      },
      lasts: '6m',
    },
  },
]);
