import { prepareNewRun } from './new-run.js';
import type { PreparedRun, PrepareHooks, TrainingRequest } from './request.js';
import { prepareResume } from './resume.js';

/**
 * Prepares a new run, or one to continue: its folder, text, record and first checkpoint.
 * @throws UserError for everything that can be wrong with the text, the options and the folder; nothing is left behind
 */
export function prepareRun(request: TrainingRequest, hooks: PrepareHooks): Promise<PreparedRun> {
  return request.resume === undefined ? prepareNewRun(request, hooks) : prepareResume(request, hooks);
}
