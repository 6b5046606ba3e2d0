import { RECORDED } from '../checkpoint/options.js';
import { clamped } from '../numbers.js';
import type { TrainCommand, TrainEvent } from './events.js';
import type { Gauges } from './gauges.js';
import type { LiveSample } from './live.js';

/** Where commands come from. */
export interface Commands {
  /** The next one that waits. */
  next(): TrainCommand | undefined;
  /** Lets at most so many milliseconds pass: a training run that pauses has nothing else to do. */
  wait(ms: number): Promise<void>;
}

/** While training pauses, the live sample goes on in turns of so many milliseconds. */
const TURN_MS = 40;

/** What has been asked of a training run: the trainer obeys between two steps. */
export class Controls {
  paused = false;
  stops = false;
  /** Whether a checkpoint was asked for that is not written yet. */
  saves = false;

  /**
   * @param lr the peak of the learning rate
   * @param live the sample that is written along, if any
   * @param gauges what is watched if somebody asks for it
   */
  constructor(
    readonly commands: Commands | undefined,
    public lr: number,
    readonly live: LiveSample | undefined,
    readonly gauges: Gauges,
  ) {}

  /** Takes the commands that wait, and tells of each. */
  *take(step: number): Generator<TrainEvent> {
    for (let command = this.commands?.next(); command; command = this.commands?.next()) {
      yield { type: 'command', step, command: this.#obey(command) };
    }
    const text = this.live?.write(step, this.paused);
    if (text) yield text;
  }

  /** Waits in a pause for the next command or the next turn of the live sample. */
  async wait(): Promise<void> {
    await this.commands?.wait(TURN_MS);
  }

  #obey(command: TrainCommand): TrainCommand {
    switch (command.type) {
      case 'stop':
        this.stops = true;
        return command;
      case 'save':
        this.saves = true;
        return command;
      case 'pause':
      case 'continue':
        this.paused = command.type === 'pause';
        return command;
      case 'lr':
        this.lr = clamped(command.value, RECORDED.lr.kind);
        // The step a run pauses at may be saved already, and is what a resumed run goes on from.
        if (this.paused) this.saves = true;
        return { ...command, value: this.lr };
      case 'temperature':
        return { ...command, value: this.live?.setTemperature(command.value) ?? command.value };
      case 'prompt':
        return { ...command, text: this.live?.setPrompt(command.text) ?? command.text };
      case 'sample':
        this.live?.begin();
        return command;
      case 'gauges':
        this.gauges.watched = command.watched;
        return command;
    }
  }
}
