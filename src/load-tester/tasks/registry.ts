/** Every kind of task, by the name users write into `metadata.type`. */
import { ok, type Result } from '../../shared/result.ts';
import type { Answer } from '../answer.ts';
import { bash } from './bash.ts';
import { cmd } from './cmd.ts';
import { concord } from './concord.ts';
import { helm } from './helm.ts';
import { kubectl } from './kubectl.ts';
import { refuse } from './metadata.ts';
import { ngrinder } from './ngrinder.ts';
import type { TaskType } from './task.ts';

export const TASK_TYPES: Readonly<Record<string, TaskType>> = {
  cmd,
  bash,
  helm,
  helmv3: helm,
  kubectl,
  concord,
  ngrinder,
};

/** The kind of this name; refuses a name that is none with a sentence. */
export function taskType(name: string): Result<TaskType, Answer> {
  const type = Object.hasOwn(TASK_TYPES, name) ? TASK_TYPES[name] : undefined;
  if (type !== undefined) return ok(type);
  const known = Object.keys(TASK_TYPES).join(', ');
  const advice = name === 'bats' ? '; bats runs through bash' : '';
  const found = JSON.stringify(name.slice(0, 100));
  return refuse(`unknown task type: metadata.type is ${found}, allowed are ${known}${advice}`);
}
