import { isUtf8 } from 'node:buffer';
import { ExitCode, UserError } from '../errors.js';
import { harmless, quoted } from '../format.js';
import { isHtml, KIND_NAMES, zipKind } from '../text/formats/kind.js';
import { begins, isGzip } from '../text/formats/magics.js';
import { REFUSED, unpack } from '../text/formats/refused.js';

/** A file of another kind. It is not a damaged checkpoint, so no other file may be used instead. */
export class ForeignFileError extends UserError {
  override name = 'ForeignFileError';
}

/** How many bytes of a file tell its kind. */
export const TELLING_BYTES = 512;

const SAVE_WEIGHTS =
  'Save its weights as safetensors and use "charlstm import"; see docs/reference/checkpoints.md.';
const NO_NETWORK = 'Only LSTM, GRU and RNN networks can be used; see docs/reference/checkpoints.md.';

/** A kind of file that people take for a checkpoint. */
interface ForeignKind {
  readonly what: string;
  readonly fits: (head: Buffer, path: string) => boolean;
  /** What to do then. */
  readonly hint: (path: string) => string;
}

const text = (head: Buffer) =>
  head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();

/** Kinds about which there is more to say here than where a text is expected. The first row that fits counts. */
const OWN_KINDS: readonly ForeignKind[] = [
  {
    what: 'a page of HTML',
    fits: isHtml,
    hint: () => 'Download the file itself, not the page about it.',
  },
  {
    what: 'compressed with gzip',
    fits: isGzip,
    hint: unpack('gunzip'),
  },
  {
    what: 'a file of Torch 7, such as char-rnn writes',
    fits: (head) => begins([4, 0, 0, 0])(head) && head.subarray(0, 64).includes('V 1'),
    hint: () => 'Such weights cannot be used; train its text again with charlstm train.',
  },
  {
    what: 'a model in the format ONNX',
    // Protocol buffers: field 1 is the version, field 2 the name of the program that wrote it.
    fits: (head) =>
      head[0] === 8 && head[1]! < 32 && head[2] === 0x12 && isPlain(head.subarray(4, 4 + head[3]!)),
    hint: () => NO_NETWORK,
  },
  {
    what: 'JSON, without weights',
    fits: (head) => isPlain(head) && /^(\{\s*["}]|\[)/.test(text(head)),
    hint: () => 'Weights are in a file whose name ends in .safetensors.',
  },
];

const HINTS = { weights: SAVE_WEIGHTS, network: NO_NETWORK };
/** Kinds that no text is read from, either. */
const SHARED_KINDS: readonly ForeignKind[] = REFUSED.map(({ holds, ...row }) => ({
  ...row,
  ...(holds && { hint: () => HINTS[holds] }),
}));

const DOCUMENTS: readonly ForeignKind[] = (['word', 'open-document', 'epub'] as const).map((kind) => ({
  what: KIND_NAMES[kind].one,
  fits: (head, path) => zipKind(head, path) === kind,
  hint: learn,
}));

const KINDS: readonly ForeignKind[] = [
  ...OWN_KINDS,
  ...DOCUMENTS,
  ...SHARED_KINDS,
  { what: 'plain text', fits: isPlain, hint: learn },
];

function learn(path: string): string {
  return `Learn it with: charlstm train ${path}.`;
}

/**
 * Refuses a file that is recognised as something else than tensors. A checkpoint, damaged or not, is not: it
 * begins with a length of 8 bytes, the last four of which are 0, and a brace.
 * @param head its first TELLING_BYTES bytes, or all of them
 * @param subject what comes before the reason, such as "x.pt cannot be imported"
 */
export function refuseForeign(head: Buffer, path: string, subject: string): void {
  const isTensors = head.length > 8 && head.readUInt32LE(4) === 0 && head[8] === '{'.charCodeAt(0);
  const kind = head.length > 0 && !isTensors && KINDS.find(({ fits }) => fits(head, path));
  if (!kind) return;
  throw new ForeignFileError(`${subject}: it is ${kind.what}`, kind.hint(quoted(path)), ExitCode.badData);
}

/** Whether bytes are UTF-8 without control characters, except perhaps for a character cut off at the end. */
function isPlain(bytes: Buffer): boolean {
  const whole = [0, 1, 2, 3].map((cut) => bytes.subarray(0, bytes.length - cut)).find((part) => isUtf8(part));
  const plain = whole?.toString().replaceAll('\r', '') ?? '';
  return plain !== '' && harmless(plain) === plain;
}
