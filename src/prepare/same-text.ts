import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RunRecord } from '../checkpoint/record.js';
import { UserError } from '../errors.js';
import { inTemporaryFolder } from '../files.js';
import { quoted } from '../format.js';
import { readable } from '../text/files/readable.js';
import type { Source } from '../text/files/source.js';
import { type PreparedDataset, prepareDataset } from '../text/prepare.js';
import { corpusKey, notedCorpus } from '../text/reuse.js';
import type { Shares } from '../text/split.js';
import { memoryLimit } from './memory.js';
import { asArguments, changedText } from './origin.js';
import { corpusOf, type PrepareHooks, type TrainingRequest } from './request.js';

/**
 * Refuses a text that is named on resume, unless it is the one that the run learns.
 * @throws UserError with the command that learns it from the weights of the run
 */
export async function refuseOtherText(
  text: TrainingRequest['text'],
  record: RunRecord,
  run: string,
  hooks: PrepareHooks,
): Promise<void> {
  if ('length' in text && text.length === 0) return;
  const { sources, name } = await corpusOf(text);
  if (await isTextOf(run, record, sources, hooks)) return;
  const names = namesIn(text);
  const changed = await changedText(run);
  const isOwn = changed && String(changed.names) === String(names.map((one) => resolve(one)));
  throw new UserError(
    isOwn
      ? `${names.join(' ')} ${changed.how ?? 'has changed'} since ${run} began`
      : `${run} learns another text (${record.corpus.name}) than ${names.join(' ') || name}`,
    `Leave the text out to continue with the text that the run has, or let its weights learn this one: ${commandFrom(run, names)}.`,
  );
}

/** Whether files have the text that a run learns. */
async function isTextOf(
  run: string,
  { decoding, texts: collection, codePoints: known, corpus, training: shares }: RunRecord,
  sources: readonly Source[],
  { interruptible }: PrepareHooks,
): Promise<boolean> {
  const key = collection ? undefined : corpusKey(sources, { decoding, known: [], shares });
  const noted = key === undefined ? undefined : notedCorpus(run, key, decoding);
  const read = (arranged: Shares) =>
    inTemporaryFolder((folder) => {
      const remove = () => rm(folder, { recursive: true, force: true });
      return interruptible(remove, async () => {
        const { encoding, strip = false } = decoding;
        const most = memoryLimit(undefined);
        const ready = await readable(sources, { encoding, strip, folder, most });
        return prepareDataset(ready.sources, decoding, folder, {
          known,
          collection,
          seed: shares.seed,
          onLearned: ({ arrange }) => arrange(arranged),
        });
      });
    });
  const isSame = ({ hash, vocabulary }: Pick<PreparedDataset, 'hash' | 'vocabulary'>) =>
    hash === corpus.hash && String(vocabulary.codePoints) === String(known);
  if (isSame(noted ?? (await read(shares)))) return true;
  // The first versions wrote several files one after the other.
  const isInOrder = noted === undefined && collection === undefined && sources.length > 1;
  return isInOrder && isSame(await read({ validation: 0, test: 0 }));
}

/** The same for files that may have become something else than text. */
async function isReadableAs(...parameters: Parameters<typeof isTextOf>): Promise<boolean> {
  try {
    return await isTextOf(...parameters);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}

/** A notice if the files that a run has its text from have changed since. */
export async function changeNotices(run: string, record: RunRecord, hooks: PrepareHooks): Promise<string[]> {
  const changed = await changedText(run);
  if (!changed) return [];
  const { names, sources } = changed;
  const { decoding, training: shares } = record;
  const isSmall = corpusKey(sources, { decoding, known: [], shares }) === undefined;
  let { how } = changed;
  if (how === undefined) {
    // Only times differ. What is read in no time may still be the same.
    if (isSmall && (await isReadableAs(run, record, sources, hooks))) return [];
    how = isSmall ? 'has changed' : 'was written to';
  }
  const what = asArguments(names);
  return [
    `${what === 'TEXT' ? 'the text' : what} ${how} since the run began, and the run continues with the text that it has; to learn the new one: ${commandFrom(run, names)}`,
  ];
}

/** The command that starts a new run from the weights of a model. */
export function commandFrom(model: string, names: readonly string[]): string {
  return `charlstm train ${asArguments(names)} --from ${quoted(model)}`;
}

export function namesIn(text: TrainingRequest['text']): readonly string[] {
  return 'length' in text ? text : [];
}
