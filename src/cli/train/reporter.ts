import { describeLength } from '../../checkpoint/record.js';
import { duration, harmless, harmlessJson, harmlessLine, rate } from '../../format.js';
import { amountOf, grouped } from '../../numbers.js';
import type { StartEvent, StepEvent, TrainEvent } from '../../train/events.js';
import { lossesAfter, NO_LOSSES, recentLoss } from '../../ui/dashboard/series.js';
import { glyphsOf, wrapped } from '../../ui/text/glyphs.js';

/** `--ui json`: prints an event as a line on stdout, for programs. */
export function reportJson(event: TrainEvent): void {
  if (event.type !== 'start') process.stdout.write(`${harmlessJson(event)}\n`);
}

const LINE_EVERY_MS = 3000;
/** How many lines of a sample to show. */
const SAMPLE_LINES = 6;

/**
 * `--ui plain`: a table on stderr without colours, with a row every few seconds, and each validation and its
 * sample.
 */
export function plainReporter(): (event: TrainEvent) => void {
  const progress = new Progress();
  const print = (line: string) => process.stderr.write(`${line}\n`);
  return (event) => {
    progress.losses = lossesAfter(progress.losses, [event]);
    switch (event.type) {
      case 'start':
        progress.start(event);
        print(header(event));
        break;
      case 'step': {
        const row = progress.step(event);
        if (row === undefined) break;
        if (progress.interrupted) print(progress.columns());
        progress.interrupted = false;
        print(row);
        break;
      }
      case 'validation':
        progress.validation = event.loss;
        print(
          `validation ${event.loss.toFixed(4)} nats ${event.bpc.toFixed(4)} bits, ` +
            `perplexity ${event.perplexity.toFixed(3)}`,
        );
        break;
      case 'sample':
        print(indented(event.text));
        progress.interrupted = true;
        break;
      case 'checkpoint':
        print(`saved ${harmlessLine(event.path)}`);
        break;
      case 'rollback':
        print(
          `after step ${grouped(event.from)} ${event.fault}: ` +
            `back to step ${grouped(event.step)}, with a learning rate of ${rate(event.lr)}`,
        );
        progress.interrupted = true;
        break;
      case 'trouble':
        print(`note ${harmless(event.message)}. ${event.hint}`);
        break;
    }
  };
}

function header(event: StartEvent): string {
  const length =
    event.totalSteps === undefined
      ? describeLength({ unit: 'minutes', amount: event.minutes ?? 0 })
      : `${amountOf(event.totalSteps, 'step')}, ${(event.totalSteps / event.stepsPerEpoch).toFixed(1)} epochs`;
  const early =
    event.patience > 0
      ? `; ends sooner after ${amountOf(event.patience, 'validation')} without a new best`
      : '';
  const from = event.step > 0 ? `, continuing from step ${grouped(event.step)}` : '';
  return (
    `${harmlessLine(event.corpus)}: ${event.model}, ${grouped(event.parameters)} parameters, ${event.engine}\n` +
    `${length}${early}${from}\n` +
    `run ${harmlessLine(event.run)}; Ctrl-C stops and saves`
  );
}

/** Returns the first lines of a sample, wrapped between words and indented by two spaces. */
export function indented(text: string): string {
  const width = Math.max(20, (process.stderr.columns ?? 100) - 2);
  const rows = wrapped(glyphsOf(text), width).map((row) => row.map((glyph) => glyph.text).join(''));
  const seen = rows.filter((row) => row.trim() !== '').slice(0, SAMPLE_LINES);
  return seen.map((row) => `  ${row}`).join('\n');
}

/** Makes the rows of the table. */
class Progress {
  validation: number | undefined;
  /** Whether the next row needs the column headings above it. */
  interrupted = true;
  #start: StartEvent | undefined;
  #shown = Number.NEGATIVE_INFINITY;
  losses = NO_LOSSES;

  start(event: StartEvent): void {
    this.#start = event;
  }

  columns(): string {
    return this.#row([
      'step',
      'epoch',
      'loss',
      'val',
      'grad',
      'lr',
      'chars/s',
      this.#start?.patience ? 'at most' : 'ETA',
    ]);
  }

  /** Returns a row for the first step and then every few seconds. */
  step(event: StepEvent): string | undefined {
    const total = this.#start?.totalSteps;
    const now = performance.now();
    if (now - this.#shown < LINE_EVERY_MS && event.step !== total) return undefined;
    this.#shown = now;
    return this.#row([
      total === undefined ? String(event.step) : `${event.step}/${total}`,
      event.epoch.toFixed(2),
      recentLoss(this.losses)!.loss.toFixed(4),
      this.validation?.toFixed(4) ?? '-',
      event.gradNorm.toFixed(3),
      rate(event.lr),
      grouped(event.charsPerSecond),
      this.#eta(event),
    ]);
  }

  #row(cells: readonly string[]): string {
    const step = `${this.#start?.totalSteps ?? 1e6}`.length * 2 + 1;
    const widths = [step, 6, 6, 6, 7, 7, 7, 7];
    return cells.map((cell, i) => cell.padStart(widths[i]!)).join('  ');
  }

  /** Time left, judging by the steps of this session, including validations, or by the clock. */
  #eta({ step, seconds }: StepEvent): string {
    const { totalSteps, minutes = 0, seconds: before = 0, step: from = 0 } = this.#start ?? {};
    if (totalSteps === undefined) return duration(minutes * 60 - seconds);
    return duration(((seconds - before) / (step - from)) * (totalSteps - step));
  }
}
