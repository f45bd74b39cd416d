/** Every planted fault, in the order in which they are tried. */
import { ASKING_MUTANTS } from './asking.ts';
import { COPY_MUTANTS } from './copies.ts';
import { DEFECT_MUTANTS } from './defects.ts';
import { DROP_IN_MUTANTS } from './drop-in.ts';
import { ENVOY_MESH_MUTANTS } from './envoy-meshes.ts';
import { EXPLANATION_MUTANTS } from './explanation.ts';
import { INGRESS_MUTANTS } from './ingresses.ts';
import { INVARIANT_MUTANTS } from './invariants.ts';
import { KNATIVE_MUTANTS } from './knative.ts';
import { LAW_MUTANTS } from './laws.ts';
import { LOAD_TESTER_MUTANTS } from './load-tester.ts';
import { MESSENGER_MUTANTS } from './messengers.ts';
import { METRIC_MUTANTS } from './metrics.ts';
import type { Mutant } from './mutant.ts';
import { OPERABILITY_MUTANTS } from './operability.ts';
import { RELEASE_MUTANTS } from './releases.ts';
import { ROUTER_MUTANTS } from './routers.ts';
import { TAKE_OVER_MUTANTS } from './take-overs.ts';
import { WORKLOAD_MUTANTS } from './workloads.ts';

export const MUTANTS: readonly Mutant[] = [
  ...INVARIANT_MUTANTS,
  ...DEFECT_MUTANTS,
  ...LAW_MUTANTS,
  ...WORKLOAD_MUTANTS,
  ...KNATIVE_MUTANTS,
  ...ENVOY_MESH_MUTANTS,
  ...INGRESS_MUTANTS,
  ...TAKE_OVER_MUTANTS,
  ...LOAD_TESTER_MUTANTS,
  ...MESSENGER_MUTANTS,
  ...EXPLANATION_MUTANTS,
  ...DROP_IN_MUTANTS,
  ...RELEASE_MUTANTS,
  ...ASKING_MUTANTS,
  ...COPY_MUTANTS,
  ...OPERABILITY_MUTANTS,
  ...METRIC_MUTANTS,
  ...ROUTER_MUTANTS,
];
