import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Weights } from '../model/weights.js';
import { Random, Stream } from '../random.js';
import type { LineEnd } from '../text/encoding/decode.js';
import { usualLineEnd } from '../text/encoding/line-end.js';
import { TextForm } from '../text/form.js';
import { choose, logProbability } from './choose.js';
import { textStart } from './opening.js';
import { withReader } from './reader.js';

const CR = 13;
const LF = 10;

/** How much a network writes to show how it ends lines: texts side by side, and characters of each. */
const ROWS = 16;
const STEPS = 64;
/** Low, so that even a network that has learned little keeps to what it knows. */
const TEMPERATURE = 0.5;

const forms = new WeakMap<Weights, TextForm>();

/** Returns the form in which a trained network knows text. */
export function formOf(model: CharacterModel): TextForm {
  const known = forms.get(model.weights);
  if (known) return known;
  const form = new TextForm(model.vocabulary, () => lineEndOf(model), model.normalize);
  forms.set(model.weights, form);
  return form;
}

/**
 * Finds the usual line end of a network that knows CR and LF, from the probabilities it gives to them while
 * it writes. The text it learned need not be at hand.
 * @returns undefined if the network often uses several, or CR for something else
 */
function lineEndOf(model: CharacterModel): LineEnd | undefined {
  const [cr, lf] = [model.vocabulary.idOf(CR)!, model.vocabulary.idOf(LF)!];
  const randoms = Array.from({ length: ROWS }, (_, row) => new Random(row, Stream.evaluation));
  const last = new Uint32Array(ROWS).fill(textStart(model));
  let [returns, feeds, afterReturns, drawnReturns] = [0, 0, 0, 0];
  withReader(model, ROWS, (reader) => {
    const probability = (row: number, id: number) => Math.exp(logProbability(reader.logits(row), id));
    reader.start();
    for (let step = 0; step < STEPS; step++) {
      reader.read(last);
      randoms.forEach((random, row) => {
        if (last[row] === cr) {
          drawnReturns++;
          afterReturns += probability(row, lf);
        } else {
          returns += probability(row, cr);
          feeds += probability(row, lf);
        }
        last[row] = choose(reader.logits(row), { temperature: TEMPERATURE }, random.uniform());
      });
    }
  });
  return usualLineEnd({ returns, feeds, pairs: afterReturns / drawnReturns });
}
