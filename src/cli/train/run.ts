import { setFlagsFromString } from 'node:v8';
import { chalkStderr as chalk } from 'chalk';
import type { TrainOptions } from '../../checkpoint/options.js';
import { UserError } from '../../errors.js';
import { rate } from '../../format.js';
import { grouped } from '../../numbers.js';
import { type PreparedRun, requestOf } from '../../prepare/request.js';
import type { EndEvent, TrainEvent } from '../../train/events.js';
import { lossesAfter, NO_LOSSES } from '../../ui/dashboard/series.js';
import { startBaselines } from '../../worker/baselines.js';
import { startTraining } from '../../worker/client.js';
import { note } from '../output/stderr.js';
import { hasTerminal } from '../output/terminal.js';
import type { TrainFlags } from './flags.js';
import { prepare, slowEngine } from './prepare.js';
import { plainReporter, reportJson } from './reporter.js';
import { Stopper } from './stopper.js';
import { type Seen, summarise } from './summary.js';

/** Shows the events of training. */
interface Display {
  take(events: readonly TrainEvent[]): void;
  /** Called when a signal was received and training will stop. */
  stopping(): void;
  close(): void;
}

type Ui = 'dashboard' | 'plain' | 'json';

/** Trains a new run, or continues one, to its end. */
export async function runTraining(
  names: readonly string[],
  options: TrainOptions,
  asked: NonNullable<TrainFlags['ui']> = 'auto',
): Promise<void> {
  const ui = asked === 'auto' ? (hasTerminal() ? 'dashboard' : 'plain') : asked;
  if (ui !== 'dashboard') chalk.level = 0; // plain lines are for logs, too
  const prepared = await prepare(requestOf(names, options));
  for (const notice of prepared.notices) note(notice);
  if ('end' in prepared) {
    if (ui === 'json') reportJson(prepared.end);
    else await summarise(prepared.run, prepared.end);
    return;
  }
  for (const notice of slowEngine(options)) note(notice);
  const shown: { display?: Display } = {};
  const stopper = new Stopper((again) => announceStop(again, shown.display));
  try {
    shown.display = await openDisplay(ui, prepared.job, stopper);
    const { end, seen } = await train(prepared, { ui, stopper, display: shown.display });
    if (end.reason === 'diverged') throw divergence(prepared, end);
    if (ui !== 'json') await summarise(prepared.job.run, end, seen);
    process.exitCode ??= stopper.exitCode;
  } finally {
    await prepared.release();
    stopper.dispose();
  }
}

/** Trains to the end, whatever the reason for it, and restores the terminal. */
async function train(
  { job }: PreparedRun,
  { ui, stopper, display }: { ui: Ui; stopper: Stopper; display: Display },
): Promise<{ end: EndEvent; seen: Seen }> {
  const seen: Seen = { losses: NO_LOSSES, baselines: [] };
  const take = (events: readonly TrainEvent[]) => {
    seen.losses = lossesAfter(seen.losses, events);
    seen.baselines.push(...events.filter((event) => event.type === 'baseline'));
    display.take(events);
  };
  const endBaselines = ui === 'json' ? () => {} : startBaselines(job, (event) => take([event]));
  try {
    const training = startTraining(job, { live: ui === 'dashboard' }, take);
    stopper.listen(training);
    return { end: await training.finished, seen };
  } finally {
    endBaselines();
    display.close();
  }
}

async function openDisplay(ui: Ui, { record }: PreparedRun['job'], stopper: Stopper): Promise<Display> {
  if (ui !== 'dashboard') {
    const report = ui === 'json' ? reportJson : plainReporter();
    const stopping = () =>
      void process.stderr.write('\nstopping and saving; press Ctrl-C again to stop at once\n');
    return { take: (events) => events.forEach(report), stopping, close() {} };
  }
  // Every frame leaves garbage, for which V8 would reserve 30 MB that the network may need.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { openDashboard } = await import('../../ui/dashboard/open.js');
  const { lr, clip } = record.training;
  return openDashboard({ lr, clip, history: record.history }, (request) =>
    request.type === 'interrupt' ? stopper.stop('SIGINT') : stopper.training?.send(request),
  );
}

function announceStop(again: boolean, display: Display | undefined): void {
  if (!again) display?.stopping();
  else {
    display?.close();
    process.stderr.write('stopped at once: what was learned since the last checkpoint is lost\n');
  }
}

/** The error of a run whose numbers went wrong again after a rollback. */
function divergence({ job }: PreparedRun, { step, path, fault, lr }: EndEvent): UserError {
  const { clip } = job.record.training;
  const slower = `--lr ${rate((lr ?? job.record.training.lr) / 4)}${clip === 0 ? ' and a limit such as --clip 1' : ''}`;
  return new UserError(
    `after step ${grouped(step)} ${fault}, although the run had been rolled back to a lower learning rate`,
    path === null
      ? `Start again with ${slower}.`
      : `The last good checkpoint is kept: continue with --resume ${job.run} ${slower}.`,
  );
}
