import { type RunRecord, vocabularyOf } from '../../checkpoint/record.js';
import { runOf } from '../../checkpoint/run.js';
import { amountOf, grouped } from '../../numbers.js';
import type { GeneratedText } from '../../sample/generate.js';
import { Novelty } from '../../sample/novelty.js';
import type { Plan } from '../../sample/plan.js';
import { KnownTexts } from '../../text/collection/known-texts.js';
import { ownText } from '../input/text.js';
import { note } from '../output/stderr.js';
import type { SampleFlags } from './flags.js';

/** Returns what is left out of the texts of a collection; undefined if the model knows one long text. */
export function noveltyOf(
  checkpoint: string,
  record: RunRecord,
  flags: Pick<SampleFlags, 'new' | 'unique' | 'leadIn'>,
): Novelty | undefined {
  const { end } = vocabularyOf(record);
  if (end === undefined) {
    for (const name of ['new', 'unique'] as const)
      if (flags[name] === false) note(`--no-${name} means nothing here: this model knows one text, not many`);
    return undefined;
  }
  if (flags.leadIn === false) note('--no-lead-in means nothing here: each text begins from zero state');
  const known = flags.new === false ? undefined : textsOf(checkpoint, record, end);
  return new Novelty(known, flags.unique !== false);
}

function textsOf(checkpoint: string, record: RunRecord, end: number): KnownTexts | undefined {
  if (record.corpus.length === 0) {
    note('new texts cannot be told from known ones: the model was imported without its texts');
    return undefined;
  }
  const dataset = ownText(runOf(checkpoint), record);
  if ('missing' in dataset) {
    note(`new texts cannot be told from known ones: ${dataset.missing}`);
    return undefined;
  }
  try {
    return new KnownTexts(dataset, end);
  } finally {
    dataset.close();
  }
}

/** Yields the first `count` texts that are accepted. */
export function* novelTexts(
  texts: Iterable<GeneratedText>,
  { plan, novelty, count }: { plan: Plan; novelty: Novelty; count: number },
): Generator<GeneratedText> {
  const { vocabulary } = plan.model;
  let accepted = 0;
  for (const written of texts) {
    const ids = Array.from(written.text, (character) => vocabulary.idOf(character.codePointAt(0)!)!);
    if (!novelty.accepts([...plan.prompt, ...ids])) continue;
    yield written;
    if (++accepted === count) return;
  }
}

/** Says what was left out and, if there are fewer texts than were asked for, why. */
export function noveltyLines(
  { known, repeats }: Novelty,
  { written, wanted, hasChance }: { written: number; wanted: number; hasChance: boolean },
): string[] {
  const parts = [
    ...(known > 0 ? [`${grouped(known)} that ${known === 1 ? 'is' : 'are'} in the corpus`] : []),
    ...(repeats > 0 ? [amountOf(repeats, 'repeat')] : []),
  ];
  const lines = parts.length > 0 ? [`left out ${parts.join(' and ')}`] : [];
  if (written >= wanted || parts.length === 0) return lines;
  const flags = [...(known > 0 ? ['--no-new'] : []), ...(repeats > 0 ? ['--no-unique'] : [])].join(' and ');
  const count = written === 0 ? 'none' : `only ${grouped(written)}`;
  const why = hasChance
    ? `nearly all others are known. A higher --temp gives more new ones, ${flags} all of them.`
    : `nothing is left to chance, so there are no others. ${flags} writes these as well.`;
  lines.push(`wrote ${count} of ${amountOf(wanted, 'text')}: ${why}`);
  return lines;
}
