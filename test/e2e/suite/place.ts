/** Where things stand on every stage, so that manifests may name them. */
export const PLACE = {
  serin: 'serin',
  /** The manifest of 2019 calls it by this name. */
  loadTester: { namespace: 'prod', name: 'load-tester' },
  prometheus: 'http://prometheus.monitoring:9090',
} as const;
