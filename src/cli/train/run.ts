import { setFlagsFromString } from 'node:v8';
import { chalkStderr as chalk } from 'chalk';
import { nativeBuild } from '../../engine/native.js';
import { UserError } from '../../errors.js';
import { rate } from '../../format.js';
import { grouped } from '../../numbers.js';
import { prepareNewRun } from '../../prepare/new-run.js';
import type { PreparedTraining, TrainFlags, UiFlags } from '../../prepare/request.js';
import { prepareResume } from '../../prepare/resume.js';
import type { EndEvent, TrainEvent } from '../../train/events.js';
import { startBaselines } from '../../worker/baselines.js';
import { startTraining } from '../../worker/client.js';
import { note } from '../output/stderr.js';
import { hasTerminal } from '../output/terminal.js';
import { jsonReporter, plainReporter } from './reporter.js';
import { Stopper } from './stopper.js';
import { type Seen, summarise } from './summary.js';

/** What shows the events of training. */
interface Display {
  take(events: readonly TrainEvent[]): void;
  /** A signal was heard: training will stop. */
  stopping(): void;
  close(): void;
}

type Ui = 'dashboard' | 'plain' | 'json';

/** Trains from beginning to end: a new run or one that goes on, with what the flags say. */
export async function runTraining(names: readonly string[], flags: TrainFlags & UiFlags): Promise<void> {
  const ui = flags.ui === 'auto' ? (hasTerminal() ? 'dashboard' : 'plain') : flags.ui;
  if (ui !== 'dashboard') chalk.level = 0; // plain lines are for logs, too
  if (flags.from !== undefined && flags.resume !== undefined) {
    throw new UserError('--resume goes on with a run, and --from begins a new one', 'Give one of the two.');
  }
  const prepared = await (flags.resume === undefined
    ? prepareNewRun(names, flags)
    : prepareResume(names, flags));
  for (const notice of [...prepared.notices, ...brokenEngine(flags)]) note(notice);
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

/** A native engine that is there and must not be used would otherwise only be missed by its speed. */
function brokenEngine({ engine }: TrainFlags): string[] {
  if (engine === 'wasm') return [];
  const native = nativeBuild();
  if ('path' in native || !native.isBroken) return [];
  return [`the native engine is not used: ${native.reason}; "charlstm engine --build" builds it anew`];
}

/** Trains to the end, whatever brings it, and gives the terminal back. */
async function train(
  { job }: PreparedTraining,
  { ui, stopper, display }: { ui: Ui; stopper: Stopper; display: Display },
): Promise<{ end: EndEvent; seen: Seen }> {
  const seen: Seen = { sample: undefined, baselines: [] };
  const take = (events: readonly TrainEvent[]) => {
    for (const event of events) {
      if (event.type === 'sample') seen.sample = event.text;
      else if (event.type === 'baseline') seen.baselines.push(event);
    }
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

async function openDisplay(ui: Ui, { record }: PreparedTraining['job'], stopper: Stopper): Promise<Display> {
  if (ui !== 'dashboard') {
    const report = ui === 'json' ? jsonReporter() : plainReporter();
    return { take: (events) => events.forEach(report), stopping: () => sayStopping(), close() {} };
  }
  // Every frame leaves garbage: V8 would keep 30 MB at hand for it, which the network may need.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { openDashboard } = await import('../../ui/dashboard/open.js');
  const { lr, clip } = record.training;
  return openDashboard({ lr, clip, history: record.history }, (request) =>
    request.type === 'interrupt' ? stopper.stop('SIGINT') : stopper.training?.send(request),
  );
}

function announceStop(again: boolean, display: Display | undefined): void {
  if (!again) {
    display?.stopping();
    return;
  }
  display?.close();
  process.stderr.write('stopped at once: what was learned since the last checkpoint is lost\n');
}

function sayStopping(): void {
  process.stderr.write('\nstopping, and saving; once more to stop at once\n');
}

/** Training went wrong, went back, and went wrong again. */
function divergence({ job }: PreparedTraining, { step, path, fault, lr }: EndEvent): UserError {
  const { clip } = job.record.training;
  const slower = `--lr ${rate((lr ?? job.record.training.lr) / 4)}${clip === 0 ? ' and a limit such as --clip 1' : ''}`;
  return new UserError(
    `after step ${grouped(step)} ${fault}, although the run had gone back and learned more slowly since`,
    path === null
      ? `Begin anew with ${slower}.`
      : `The last good checkpoint is kept: go on with --resume ${job.run} ${slower}.`,
  );
}
