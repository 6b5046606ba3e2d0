import { availableParallelism } from 'node:os';
import type { PROTOCOLS } from '../../api/evaluate.js';
import { Pauses } from '../../api/pauses.js';
import { type CharacterModel, modelOf, readCheckpoint } from '../../checkpoint/checkpoint.js';
import { runOf } from '../../checkpoint/run.js';
import { UserError } from '../../errors.js';
import { harmlessJson, harmlessLine, quoted } from '../../format.js';
import { surprises } from '../../insight/surprise.js';
import { amountOf } from '../../numbers.js';
import { withText } from '../../prepare/text.js';
import { formOf } from '../../sample/form.js';
import { textStart } from '../../sample/opening.js';
import type { Stretch } from '../../text/dataset.js';
import type { HeldBack } from '../../text/split.js';
import type { Unknown } from '../../text/vocabulary.js';
import { Evaluator, type Figures } from '../../train/evaluate.js';
import { readModel, threadsToRead } from '../input/model.js';
import type { EngineFlags } from '../options.js';
import { output, print } from '../output/console.js';
import { withOutputFile } from '../output/output-file.js';
import { note } from '../output/stderr.js';
import { withTemporaryFolder } from '../output/temporary.js';
import { rowWidth } from '../output/tinted-rows.js';
import { Heat, LineObjects, LineTable } from './lines.js';
import { Page } from './page.js';
import { piecesOf, type Renderer, Tally } from './pieces.js';

export interface EvalFlags extends EngineFlags {
  text?: string;
  split?: HeldBack;
  protocol?: (typeof PROTOCOLS)[number];
  lines?: true;
  heat?: true;
  html?: string;
  unknown: Unknown;
  json?: true;
}

/** Columns of the table when standard output is not a terminal. */
const TABLE_WIDTH = 102;

/** Runs `charlstm eval`. */
export async function runEval(path: string | undefined, flags: EvalFlags): Promise<void> {
  const protocol = protocolOf(flags);
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const usual = protocol === 'once' ? threadsToRead(checkpoint.record.model) : availableParallelism();
  const threads = flags.threads ?? usual;
  const model = modelOf(checkpoint, { engine: flags.engine, threads });
  const least = protocol === 'once' ? 1 : 2;
  const source = {
    text: flags.text,
    split: flags.split,
    run: runOf(file),
    record: checkpoint.record,
    unknown: flags.unknown,
    onNotice: note,
  };
  await withText(source, formOf(model), least, withTemporaryFolder, async (stretch, files, strange) => {
    const text = flags.text ?? flags.split ?? 'validation';
    const describe = (figures: Figures) => {
      const counts = flags.unknown === 'error' ? {} : strange;
      const result = { model: file, text, protocol, ...figures, ...counts };
      return flags.json ? `${harmlessJson(result)}\n` : described(result);
    };
    if (protocol !== 'once') {
      process.stdout.write(describe(new Evaluator(model.weights).evaluate(stretch, protocol)));
      return;
    }
    const renderer = rendererOf(flags);
    if (flags.html === undefined) return read(model, stretch, renderer, describe);
    const html = flags.html;
    const page = new Page(`${text}, as ${file} reads it`, stretch.end - stretch.start);
    const outputFile = { flag: '--html', example: 'page.html', what: 'a page', inputs: [file, ...files] };
    await withOutputFile(html, outputFile, async (write) => {
      write(page.head);
      const both: Renderer = {
        piece: (piece) => {
          write(page.piece(piece));
          return renderer?.piece(piece) ?? '';
        },
        end: () => {
          write(page.end());
          return renderer?.end() ?? '';
        },
      };
      // The page is completed even if nobody reads standard output any more.
      output.onUnread = () => {};
      await read(model, stretch, both, describe);
    });
    process.stderr.write(`page ${harmlessLine(quoted(html))}\n`);
  });
}

/** @throws UserError for flags that exclude each other */
function protocolOf({ protocol, lines, heat, html, json }: EvalFlags): 'stream' | 'cold' | 'once' {
  if (lines && heat) {
    throw new UserError('--lines and --heat both fill the screen', 'Give only one of them.');
  }
  if (heat && json) {
    throw new UserError('--heat has no JSON form', 'Leave one of them out, or give --lines --json.');
  }
  const view = heat ? '--heat' : lines ? '--lines' : html !== undefined ? '--html' : undefined;
  if (view && protocol && protocol !== 'once') {
    throw new UserError(
      `${view} reads the text once, in order, which --protocol ${protocol} does not`,
      'Leave --protocol out.',
    );
  }
  return view ? 'once' : (protocol ?? 'stream');
}

/** How to show the text on standard output, if at all. */
function rendererOf({ lines, heat, json }: EvalFlags): Renderer | undefined {
  if (lines) return json ? new LineObjects() : new LineTable(process.stdout.columns || TABLE_WIDTH);
  if (!heat) return undefined;
  return new Heat(rowWidth('digits show the bits'));
}

/** Reads the text once, and renders it as it is read. */
async function read(
  model: CharacterModel,
  stretch: Stretch,
  renderer: Renderer | undefined,
  describe: (figures: Figures) => string,
): Promise<void> {
  const whole = new Tally();
  const pauses = new Pauses();
  for (const piece of piecesOf(surprises(model, stretch, textStart(model)), model.vocabulary)) {
    whole.add(piece);
    await print(renderer?.piece(piece) ?? '');
    if (pauses.isDue) await pauses.pause();
  }
  await print(`${renderer?.end() ?? ''}${describe(whole.figures)}`);
}

function described(
  result: Figures & { readonly model: string; readonly text: string; readonly protocol: string },
): string {
  const what = `${result.model} on ${result.text} (${result.protocol}, ${amountOf(result.characters, 'character')})`;
  return (
    `${harmlessLine(what)}\n` +
    `loss ${result.loss.toFixed(4)} nats, ${result.bpc.toFixed(4)} bits per character, perplexity ${result.perplexity.toFixed(3)}\n`
  );
}
