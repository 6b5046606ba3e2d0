import { chalkStderr as chalk } from 'chalk';
import { grouped } from '../numbers.js';
import type { StartEvent, TrainEvent } from '../train/events.js';
import { duration, harmless, rate } from './format.js';

/** Shows the events of training. */
export type Reporter = (event: TrainEvent) => void;

/** `--ui json`: one event a line on stdout, for programs. */
export function jsonReporter(): Reporter {
  return (event) => {
    if (event.type !== 'start') process.stdout.write(`${JSON.stringify(event)}\n`);
  };
}

const LINE_EVERY_MS = 3000;
const SAMPLE_LINES = 6;

/** `--ui plain`: a line every few seconds on stderr, and a few lines of sample after each validation. */
export function plainReporter(): Reporter {
  const progress = new Progress();
  const print = (line: string) => process.stderr.write(`${line}\n`);
  return (event) => {
    switch (event.type) {
      case 'start':
        progress.start(event);
        print(header(event));
        break;
      case 'step': {
        const line = progress.step(event);
        if (line !== undefined) print(line);
        break;
      }
      case 'validation':
        progress.validation = event.loss;
        print(
          `${chalk.bold(`validation ${event.loss.toFixed(4)} nats`)} ${chalk.dim(
            `${event.bpc.toFixed(4)} bits, perplexity ${event.perplexity.toFixed(3)}, at step ${grouped(event.step)}`,
          )}`,
        );
        break;
      case 'sample':
        print(chalk.cyan(indent(event.text)));
        break;
      case 'checkpoint':
        print(chalk.dim(`saved ${event.path}`));
        break;
    }
  };
}

function header(event: StartEvent): string {
  const length =
    event.totalSteps === undefined
      ? `${event.minutes} minutes`
      : `${grouped(event.totalSteps)} steps, ${(event.totalSteps / event.stepsPerEpoch).toFixed(1)} epochs`;
  const from = event.step > 0 ? `, going on from step ${grouped(event.step)}` : '';
  return (
    `${chalk.bold(event.corpus)}: ${event.model}, ${grouped(event.parameters)} parameters, ${event.engine}\n` +
    `${length}${from}; run ${event.run}; Ctrl-C stops and saves`
  );
}

function indent(text: string): string {
  const lines = harmless(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines
    .slice(0, SAMPLE_LINES)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** What a line of progress is made from: means over the steps since the last line. */
class Progress {
  validation: number | undefined;
  #start: StartEvent | undefined;
  #startTime = performance.now();
  #startStep: number | undefined;
  #shown = performance.now();
  #lossSum = 0;
  #steps = 0;

  start(event: StartEvent): void {
    this.#start = event;
    this.#startStep = event.step;
    this.#startTime = performance.now();
  }

  /** Takes a step in; a line every few seconds. */
  step(event: TrainEvent & { type: 'step' }): string | undefined {
    this.#lossSum += event.loss;
    this.#steps++;
    const now = performance.now();
    const first = event.step === (this.#startStep ?? 0) + 1;
    if (!first && now - this.#shown < LINE_EVERY_MS) return undefined;
    this.#shown = now;
    const total = this.#start?.totalSteps;
    const line = [
      `step ${grouped(event.step)}${total === undefined ? '' : `/${grouped(total)}`}`,
      `epoch ${event.epoch.toFixed(2)}`,
      chalk.bold(`loss ${(this.#lossSum / this.#steps).toFixed(4)}`),
      ...(this.validation === undefined ? [] : [`val ${this.validation.toFixed(4)}`]),
      `grad ${event.gradNorm.toFixed(2)}`,
      `lr ${rate(event.lr)}`,
      `${grouped(event.charsPerSecond)} chars/s`,
      `ETA ${this.#eta(event.step, now)}`,
    ].join('  ');
    this.#lossSum = 0;
    this.#steps = 0;
    return line;
  }

  /** By the steps of this session so far, validation and all, or by the clock. */
  #eta(step: number, now: number): string {
    const elapsed = (now - this.#startTime) / 1000;
    const total = this.#start?.totalSteps;
    if (total === undefined) return duration((this.#start?.minutes ?? 0) * 60 - elapsed);
    const done = step - (this.#startStep ?? 0);
    return duration((elapsed / done) * (total - step));
  }
}
