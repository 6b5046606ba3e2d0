import { RECORDED } from '../checkpoint/options.js';
import { clamped } from '../numbers.js';
import type { TrainCommand, TrainEvent } from './events.js';
import type { Gauges } from './gauges.js';
import type { LiveSample } from './live.js';

/** A source of commands. */
export interface Commands {
  /** Returns the next waiting command, if any. */
  next(): TrainCommand | undefined;
  /** Waits at most this many milliseconds, while training is paused. */
  wait(ms: number): Promise<void>;
}

/** While training is paused, the live sample is written in turns of this many milliseconds. */
const TURN_MS = 40;

/** Carries out commands between two steps, and holds what they asked for. */
export class Controls {
  paused = false;
  stopRequested = false;
  /** Whether a requested checkpoint is yet to be written. */
  saveRequested = false;

  /**
   * @param lr peak of the learning rate
   * @param live the live sample, if one is written
   * @param gauges measured while a command asks for them
   */
  constructor(
    readonly commands: Commands | undefined,
    public lr: number,
    readonly live: LiveSample | undefined,
    readonly gauges: Gauges,
  ) {}

  /** Carries out the waiting commands, reports each, and continues the live sample. */
  *carryOut(step: number): Generator<TrainEvent> {
    for (let command = this.commands?.next(); command; command = this.commands?.next()) {
      yield { type: 'command', step, command: this.#apply(command) };
    }
    const text = this.live?.write(step, this.paused);
    if (text) yield text;
  }

  /** Waits, in a pause, for the next command or the next turn of the live sample. */
  async wait(): Promise<void> {
    await this.commands?.wait(TURN_MS);
  }

  #apply(command: TrainCommand): TrainCommand {
    switch (command.type) {
      case 'stop':
        this.stopRequested = true;
        return command;
      case 'save':
        this.saveRequested = true;
        return command;
      case 'pause':
      case 'continue':
        this.paused = command.type === 'pause';
        return command;
      case 'lr':
        this.lr = clamped(command.value, RECORDED.lr.kind);
        // The current step may be saved already, and a resumed run continues from that checkpoint.
        if (this.paused) this.saveRequested = true;
        return { ...command, value: this.lr };
      case 'temperature':
        return { ...command, value: this.live?.setTemperature(command.value) ?? command.value };
      case 'prompt':
        return { ...command, text: this.live?.setPrompt(command.text) ?? command.text };
      case 'sample':
        this.live?.start();
        return command;
      case 'gauges':
        this.gauges.watched = command.watched;
        return command;
    }
  }
}
