import type { Command } from 'commander';
import { LONGEST_NGRAM, ngramLosses } from '../../baseline/baselines.js';
import { learnedShare } from '../../baseline/overlap.js';
import type { CharacterModel } from '../../checkpoint/checkpoint.js';
import { runOf } from '../../checkpoint/run.js';
import { isMissing } from '../../doctor/check.js';
import { percent, table } from '../../format.js';
import {
  byGain,
  type ClassLoss,
  isPredicted,
  largestShare,
  lossByClass,
  surprises,
} from '../../insight/surprise.js';
import { textClasses } from '../../insight/text-classes.js';
import { grouped } from '../../numbers.js';
import { textStart } from '../../sample/opening.js';
import { inMemory } from '../../text/ids.js';
import { figureOf, type Series } from '../../ui/plot/chart.js';
import { svgOf } from '../../ui/plot/svg.js';
import { ownText } from '../input/text.js';
import { MODEL_HELP } from '../options.js';
import { breathe } from '../output/console.js';
import { note } from '../output/stderr.js';
import { wrappedLines } from '../output/terminal.js';
import { addTextOptions, LONGEST_TEXT, openText, type TextFlags } from './text.js';
import { writeResult } from './view.js';

const BASELINE = `${LONGEST_NGRAM}-gram`;

/** From this share in the training text on, a text is not compared with n-grams ... */
const MOSTLY = 0.5;
/** ... and from this one on, the share is worth a note: less may be chance. */
const PARTLY = 0.02;

const EXAMPLES = `${MODEL_HELP}

Shows where the loss of a text comes from: bits per character, grouped by the
character and its position. For comparison it gives those of n-grams of up to
${LONGEST_NGRAM} characters, trained on the same text. At most the first ${grouped(LONGEST_TEXT)}
characters are read. See docs/guide/surprise.md.

Examples:
  charlstm inspect surprise
  charlstm inspect surprise checkpoints/moby-dick-1 --text draft.txt
  charlstm inspect surprise --svg surprise.svg
  charlstm inspect surprise --json
`;

/** Defines `charlstm inspect surprise`, which breaks down the loss of a text by classes of characters. */
export function defineCommand(command: Command): void {
  addTextOptions(command, [], 'a chart')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: TextFlags) => inspectSurprise(path, flags));
}

/** The result, in the form of `--json`. */
interface Result {
  readonly model: string;
  readonly text: string;
  readonly characters: number;
  /** Mean loss in nats per character, as in `charlstm eval --protocol once`. */
  readonly loss: number;
  readonly bpc: number;
  /** The name of the model that `baseline` and `gain` of the classes compare with. */
  readonly baseline?: string;
  /**
   * How much of the text is also in the training text, 0 to 1; missing if the latter is, or if no text has 32
   * characters.
   */
  readonly learned?: number;
  readonly classes: readonly ClassLoss[];
}

async function inspectSurprise(path: string | undefined, flags: TextFlags): Promise<void> {
  const { file, record, model, ids, inputs, about, heading } = await openText(path, flags);
  const { scored, losses } = await lossesOf(model, ids);
  const own = ownText(runOf(file), record);
  const training = isMissing(own) ? undefined : own;
  if (isMissing(own))
    note(`the training text cannot be read, so there are no n-grams to compare with: ${own.missing}`);
  try {
    const { trainLength } = record.corpus;
    const { end } = model.vocabulary;
    const learned = training && (await learnedShare(training, trainLength, ids, end, breathe));
    if (learned !== undefined) noteLearned(learned);
    const isNew = (learned ?? 0) < MOSTLY;
    const others =
      training && isNew
        ? await ngramLosses(training, trainLength, model.vocabulary, ids, breathe)
        : undefined;
    const compared = others?.filter((_, i) => isPredicted(ids[i]!, i === 0, end));
    const ends = Uint8Array.from(scored, (id) => (id === end ? 1 : 0));
    const classes = lossByClass(textClasses(model.vocabulary.characters(scored), ends), losses, compared);
    const { bpc } = classes[0]!;
    const baseline = compared && { baseline: BASELINE };
    const result: Result = { ...about, loss: bpc * Math.LN2, bpc, ...baseline, learned, classes };
    const all = training ? [...inputs, training.path] : inputs;
    const svg = () => svgOf(figureOf(chartOf(result)));
    if (await writeResult(flags, { svg, json: () => result, inputs: all })) return;
    process.stdout.write(report(result, heading));
  } finally {
    training?.close();
  }
}

function noteLearned(share: number): void {
  if (share < PARTLY) return;
  const part = `${percent(share, 0)} of this text is also in the training text`;
  note(
    share < MOSTLY
      ? `${part}: there, the network and the n-grams have learned what they predict`
      : `${part}: its loss says nothing about new text, and there is no comparison with n-grams, which learned it, too`,
  );
}

/** Reads a text once, from zero state, and returns what is predicted of it, and the loss of each in nats. */
async function lossesOf(
  model: CharacterModel,
  ids: Uint32Array,
): Promise<{ scored: Uint32Array; losses: Float32Array }> {
  const scored = new Uint32Array(ids.length);
  const losses = new Float32Array(ids.length);
  let at = 0;
  const whole = { dataset: inMemory(ids), start: 0, end: ids.length };
  for (const window of surprises(model, whole, textStart(model))) {
    scored.set(window.ids, at);
    losses.set(window.losses, at);
    at += window.ids.length;
    await breathe();
  }
  return { scored: scored.subarray(0, at), losses: losses.subarray(0, at) };
}

function report(result: Result, heading: string): string {
  const { loss, bpc, classes } = result;
  const total = `loss ${loss.toFixed(4)} nats, ${bpc.toFixed(4)} bits per character`;
  return `${wrappedLines(heading)}\n${total}\n\n${tableOf(result)}\n\n${summary(classes)}\n`;
}

/** Lays out the classes, with a blank line between groups. */
function tableOf({ classes, baseline }: Result): string {
  const heading = ['class', 'places', 'share', 'bits', 'of loss'];
  const rows = classes.flatMap((one, i) => {
    const cells = [
      one.class,
      grouped(one.places),
      percent(one.share, 1),
      one.bpc.toFixed(3),
      percent(one.lossShare, 1),
      ...(baseline ? [one.baseline!.toFixed(3), one.gain!.toFixed(3), errorOf(one)] : []),
    ];
    const startsGroup = i > 0 && classes[i - 1]!.group !== one.group;
    return startsGroup ? [cells.map(() => ''), cells] : [cells];
  });
  return table([baseline ? [...heading, baseline, 'gain', ''] : heading, ...rows]);
}

function errorOf({ gainError }: ClassLoss): string {
  return gainError == null ? '' : `±${gainError.toFixed(3)}`;
}

/** Summarises the most important figures in words. */
function summary(classes: readonly ClassLoss[]): string {
  const sentences: string[] = [];
  const [all] = classes;
  if (all?.gain !== undefined) {
    const than = all.gain >= 0 ? `${all.gain.toFixed(3)} bits fewer` : `${(-all.gain).toFixed(3)} bits more`;
    sentences.push(`The network needs ${than} per character than the ${BASELINE}.`);
    const gains = byGain(classes);
    const [most, least] = [gains[0], gains.at(-1)];
    if (most && most.gain > 0) sentences.push(`It gains the most at "${most.class}": ${comparison(most)}.`);
    if (least && least.gain < 0)
      sentences.push(`It loses the most at "${least.class}": ${comparison(least)}.`);
  }
  const share = largestShare(classes);
  if (share) {
    const part = `${percent(share.lossShare, 1)} of the loss`;
    sentences.push(`Of the smaller classes, "${share.class}" costs the most: ${part}.`);
  }
  return sentences.join('\n');
}

function comparison({ bpc, baseline }: ClassLoss): string {
  return `${bpc.toFixed(3)} bits instead of ${baseline!.toFixed(3)}`;
}

function chartOf({ model, text, classes, baseline }: Result) {
  const bars = (name: string, color: Series['color'], of: (one: ClassLoss) => number): Series => ({
    name,
    kind: 'bars',
    color,
    points: classes.map((one, i) => [i, of(one)] as const),
  });
  return {
    title: 'where the loss comes from',
    subtitle: `${model} on ${text}`,
    x: { label: '', categories: classes.map((one) => one.class) },
    y: { label: 'bits per character' },
    series: [
      bars('network', 'training', ({ bpc }) => bpc),
      ...(baseline ? [bars(baseline, 'validation', (one) => one.baseline!)] : []),
    ],
  };
}
