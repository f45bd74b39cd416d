/** Every scenario there is, in the order of the table: the longest first, since several are played at a time. */
import type { Scenario } from './scenario.ts';
import { abTesting, abTestingNginx } from './scenarios/ab-testing.ts';
import { adoption } from './scenarios/adoption.ts';
import { affinity } from './scenarios/affinity.ts';
import { hpa } from './scenarios/autoscaler.ts';
import { blueGreen, blueGreenPlain } from './scenarios/blue-green.ts';
import { byHand } from './scenarios/by-hand.ts';
import { configOnly } from './scenarios/config-only.ts';
import { cookieJar } from './scenarios/cookie-jar.ts';
import { defaultInterval } from './scenarios/default-interval.ts';
import { deletion, deletionByFlag, deletionPlain } from './scenarios/deletion.ts';
import { deletionAmid } from './scenarios/deletion-amid.ts';
import { gates } from './scenarios/gates.ts';
import { manifest2019 } from './scenarios/manifest-2019.ts';
import { daemonSet, gateway, istio, nginx, skipper, traefik } from './scenarios/progressive.ts';

export const SCENARIOS: readonly Scenario[] = [
  manifest2019,
  gateway,
  traefik,
  nginx,
  skipper,
  istio,
  daemonSet,
  blueGreen,
  blueGreenPlain,
  abTesting,
  abTestingNginx,
  affinity,
  cookieJar,
  gates,
  configOnly,
  byHand,
  hpa,
  adoption,
  deletion,
  deletionAmid,
  deletionPlain,
  deletionByFlag,
  defaultInterval,
];
