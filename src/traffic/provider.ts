import type {
  AnalysisSpec,
  Canary,
  Capabilities,
  Objection,
  RoutingWish,
  ServiceSpec,
} from '../api/model.ts';
import type { KubeObject, ObjectRef, OwnerReference } from '../api/objects.ts';
import type { Cookies, Routes } from '../core/model.ts';
import type { SelectedTarget } from './services.ts';
import type { Result } from '../shared/result.ts';

/** A Canary's traffic as a provider sees it: names, the user's wishes about routing, and nothing else. */
export interface RoutedService {
  readonly namespace: string;
  /** Name of the Canary. */
  readonly name: string;
  /** The Service clients use; `<apex>-primary` and `<apex>-canary` are its backends. */
  readonly apex: string;
  readonly service: ServiceSpec;
  readonly analysis: AnalysisSpec;
  /** The strategy decides whether `match` makes an A/B route: it does only with iterations. */
  readonly strategy: Canary['spec']['strategy']['kind'];
  readonly owner: OwnerReference;
  /** By which visitors are kept where they are, as far as the analysis asks for it. */
  readonly cookies: Cookies;
  /** The name the user gave the provider, `gatewayapi:v1`; some read a version or a flavour from it. */
  readonly provider: string;
  /** The Ingress that brings the traffic in, for providers that split one. */
  readonly ingress: Canary['ingress'];
  /** The name of the user's route that brings the traffic in, for providers that split one. */
  readonly route: Canary['route'];
  readonly ingressClass: Canary['ingressClass'];
  readonly upstream: Canary['upstream'];
  /** Of the Canary: meshes have their own, by which it says which one it is in. */
  readonly annotations: Canary['annotations'];
}

/** A position, with the cookies that visitors are given there. */
export interface RoutesFound extends Routes {
  readonly cookies?: Cookies;
}

/** Why routes cannot be read. */
export type RoutesError =
  /** Nothing there sends anything to primary or canary: no object, or one with other people's rules only. */
  | { readonly kind: 'absent' }
  /** They exist and make no sense; `detail` says what was found and what is expected. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /**
   * They are not in force: the router has not taken up what is `written` (Gateway API's Accepted), or what they hang
   * on is not there (an Ingress).
   */
  | { readonly kind: 'pending'; readonly detail: string; readonly written: RoutesFound | undefined };

/**
 * Translates between traffic positions and one mesh's or ingress's objects.
 *
 * Pure on purpose: reading and writing objects is the controller's business, so every provider can be tested
 * with plain YAML and used in a rehearsal. Marks, the apex Service and the Services of primary and canary are
 * not its business either (`mark.ts`, `services.ts`).
 */
export interface TrafficProvider {
  readonly supports: Capabilities;
  /** Whether it can send live traffic to the canary at all. */
  readonly routed: boolean;
  /** The target itself sends requests to its versions: there are no Services to make, and no apex but the target. */
  readonly selfRouting?: true;
  /** Kinds of routes of the user's that it can change instead of making its own; the first where none is named. */
  readonly existingRoutes?: readonly string[];
  /** What of this it cannot do; such a Canary is refused with these sentences. None where it can do what it supports. */
  readonly objections?: (wish: RoutingWish) => readonly Objection[];
  /** The objects to read before `render` and `parse` can be called. */
  refs(service: RoutedService): readonly ObjectRef[];
  /**
   * The objects as they should be; what this provider does not own comes from `current`, version included.
   * Rendering what `parse` read changes nothing where nothing else differs.
   */
  render(service: RoutedService, routes: Routes, current: readonly KubeObject[]): readonly KubeObject[];
  /** The position the objects put traffic in now. */
  parse(service: RoutedService, current: readonly KubeObject[]): Result<RoutesFound, RoutesError>;
  /** The objects as they were before Serin, for a Canary that is deleted with revertOnDeletion. */
  release(service: RoutedService, current: readonly KubeObject[]): readonly KubeObject[];
  /** Objects without which the pods of primary and canary must not be made. */
  readonly beforePods?: (
    service: RoutedService,
    target: SelectedTarget,
    current: readonly KubeObject[],
  ) => readonly KubeObject[];
  /** Of what it made, that which Kubernetes does not delete with the Canary: the objects that are in no namespace. */
  readonly remains?: (service: RoutedService, current: readonly KubeObject[]) => readonly KubeObject[];
}
