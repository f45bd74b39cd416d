/** What people and accidents do to a world, and how a timeline tells of it. */
import type { Command } from '../core/model.ts';
import { placeText } from '../core/wording.ts';
import { revision, unreachable, type Revision } from '../shared/brand.ts';
import { formatDuration } from '../shared/duration.ts';
import type { Deletable, Happening } from './story.ts';
import { rerouted, type TargetState, type WorldState } from './world.ts';

/** The world afterwards. Outages and crashes are matters of time and process, and change nothing here. */
export function happen(state: WorldState, happening: Happening): WorldState {
  switch (happening.kind) {
    case 'push':
      return pushed(state, happening.revision);
    case 'revert':
      return pushed(state, state.status.lastPromotedRevision);
    case 'config':
      return pushed(state, revision(`${state.target?.revision ?? ''}+${happening.name}`));
    case 'weight':
      return state.routes === undefined
        ? state
        : { ...state, routes: { ...state.routes, canary: happening.weight, mirrored: false } };
    case 'scale':
      return withTarget(state, { up: happening.up });
    case 'delete':
      return without(state, happening.what);
    case 'command':
      return commanded(state, happening);
    case 'withdraw':
      return written(state, { commands: state.commands.filter(({ verb }) => verb !== happening.verb) });
    case 'spec':
      return written(state, { spec: { ...state.spec, ...happening.change } });
    case 'reroute':
      return written(rerouted(state, happening.to), {});
    case 'invalid':
      return written(state, { problem: { reason: 'InvalidSpec', detail: happening.detail } });
    case 'mend':
      return written(state, { problem: undefined });
    case 'drift':
      return state.routes === undefined ? state : { ...state, routes: { ...state.routes, drifted: true } };
    case 'outage':
    case 'crash':
      return state;
    default:
      return unreachable(happening);
  }
}

/** The Canary was written, so whoever decided from the former one is refused. */
function written(state: WorldState, change: Partial<WorldState>): WorldState {
  return { ...state, ...change, version: state.version + 1 };
}

function withTarget(state: WorldState, change: Partial<TargetState>): WorldState {
  const { target } = state;
  if (target === undefined) return state;
  return { ...state, target: { ...target, ...change, generation: target.generation + 1 } };
}

function pushed(state: WorldState, to: Revision): WorldState {
  if (state.target !== undefined) return withTarget(state, { revision: to });
  return { ...state, target: { revision: to, generation: 1, up: true } };
}

function without(state: WorldState, what: Deletable): WorldState {
  switch (what) {
    case 'canary':
      return written(state, { deleting: true });
    case 'target':
      return { ...state, target: undefined };
    case 'primary':
      return { ...state, primary: undefined };
    case 'snapshots':
      return { ...state, snapshots: [] };
    case 'services':
      return { ...state, services: false, selected: undefined };
    case 'routes':
      return { ...state, routes: undefined };
    default:
      return unreachable(what);
  }
}

function commanded(state: WorldState, { verb, again }: Happening & { kind: 'command' }): WorldState {
  const about = state.target?.revision ?? state.status.lastAppliedRevision;
  const command: Command = {
    verb,
    revision: about,
    value: again === undefined ? about : `${about}/${again}`,
  };
  return written(state, { commands: [...state.commands.filter((entry) => entry.verb !== verb), command] });
}

const DELETIONS: Readonly<Record<Deletable, string>> = {
  canary: 'the Canary is deleted',
  target: 'the target is deleted',
  primary: 'the primary is deleted',
  snapshots: 'the snapshots are deleted',
  services: 'the Services are deleted',
  routes: 'the routes are deleted',
};

const OUTAGES: Readonly<Record<(Happening & { kind: 'outage' })['of'], string>> = {
  'api-server': 'the API server refuses every write',
  mesh: 'the API server refuses every change of the routes',
  controller: 'nobody runs the controller',
};

/** As the end of "at this time …". */
export function happeningText(happening: Happening): string {
  switch (happening.kind) {
    case 'push':
      return `${happening.revision} is applied to the target`;
    case 'revert':
      return 'the promoted revision is applied to the target again';
    case 'config':
      return `the configuration ${happening.name} changes`;
    case 'weight':
      return `somebody sets the canary's weight to ${happening.weight}%`;
    case 'scale':
      return `somebody scales the target ${happening.up ? 'up' : 'to nothing'}`;
    case 'delete':
      return DELETIONS[happening.what];
    case 'command':
      return `somebody says ${happening.verb}${happening.again === undefined ? '' : ' again'}`;
    case 'withdraw':
      return `somebody withdraws ${happening.verb}`;
    case 'spec':
      return `the Canary is edited: ${JSON.stringify(happening.change)}`;
    case 'reroute':
      return `the Canary is to be routed by ${placeText(happening.to)}`;
    case 'invalid':
      return `the Canary is made invalid: ${happening.detail}`;
    case 'mend':
      return 'the Canary is mended';
    case 'drift':
      return 'somebody edits the routes';
    case 'outage':
      return `${OUTAGES[happening.of]} for ${formatDuration(happening.span)}`;
    case 'crash':
      return `the controller dies ${happening.when}`;
    default:
      return unreachable(happening);
  }
}
