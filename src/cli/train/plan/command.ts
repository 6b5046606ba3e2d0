import type { TrainOptions } from '../../../checkpoint/options.js';
import { planRun, type TrainingPlan } from '../../../prepare/plan.js';
import { requestOf } from '../../../prepare/request.js';
import { printReport } from '../../output/console.js';
import { withProgress } from '../../output/stderr.js';
import { undoneOnSignal } from '../../output/temporary.js';
import { prepare, slowEngine } from '../prepare.js';
import { type EndedPlan, endedText, planText } from './report.js';

/** `charlstm train --plan`: prints what training would do. Nothing of it stays on disk. */
export async function printPlan(
  names: readonly string[],
  options: TrainOptions,
  json: boolean | undefined,
): Promise<void> {
  const plan = await planOf(names, options);
  printReport(json || undefined, plan, () => ('ended' in plan ? endedText(plan) : planText(plan)));
}

async function planOf(names: readonly string[], options: TrainOptions): Promise<TrainingPlan | EndedPlan> {
  const start = performance.now();
  const prepared = await prepare({ ...requestOf(names, options), isPlanned: true });
  if ('end' in prepared) return { run: prepared.run, ended: prepared.end, notices: prepared.notices };
  const seconds = (performance.now() - start) / 1000;
  try {
    const plan = await undoneOnSignal(prepared.release, () =>
      withProgress((progress) => {
        void progress.show('measuring the speed of the network');
        return planRun(prepared, seconds);
      }, 0),
    );
    return { ...plan, notices: [...plan.notices, ...slowEngine(options)] };
  } finally {
    await prepared.release();
  }
}
