import { isUtf8 } from 'node:buffer';
import { ExitCode, UserError } from '../errors.js';
import { harmless, quoted } from '../format.js';

/** A file of another kind. It is not a damaged checkpoint, so no other file may be used instead. */
export class ForeignFileError extends UserError {
  override name = 'ForeignFileError';
}

/** How many bytes of a file tell its kind. */
export const TELLING_BYTES = 512;

const SAVE_WEIGHTS =
  'Save its weights as safetensors and use "charlstm import"; see docs/reference/checkpoints.md.';
const NO_NETWORK = 'Only LSTM, GRU and RNN networks can be used; see docs/reference/checkpoints.md.';

const begins =
  (...magics: readonly (string | readonly number[])[]) =>
  (head: Buffer) =>
    magics.some((magic) => head.indexOf(Buffer.from(magic as string, 'latin1')) === 0);
const text = (head: Buffer) =>
  head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();

/** What people take for a checkpoint, and what to do then. The first row that fits counts. */
const KINDS: readonly {
  readonly what: string;
  readonly fits: (head: Buffer) => boolean;
  readonly hint: (path: string) => string;
}[] = [
  {
    what: 'a pointer of Git LFS, which stands for a file that was not downloaded',
    fits: begins('version https://git-lfs.github.com/'),
    hint: () => 'Download the file itself: git lfs pull.',
  },
  {
    what: 'a page of HTML',
    fits: (head) => /^<(!doctype html|html)/i.test(text(head)),
    hint: () => 'Download the file itself, not the page about it.',
  },
  {
    what: 'a file of PyTorch',
    fits: (head) => begins('PK\x03\x04')(head) && head.includes('.pkl'),
    hint: () => SAVE_WEIGHTS,
  },
  {
    what: 'an archive of NumPy',
    fits: (head) => begins('PK\x03\x04')(head) && head.includes('.npy'),
    hint: () => SAVE_WEIGHTS,
  },
  { what: 'a zip archive', fits: begins('PK\x03\x04'), hint: (path) => `Unpack it first: unzip ${path}.` },
  // The opcode PROTO with versions 2 to 5.
  {
    what: 'a pickle of Python, such as an older file of PyTorch',
    fits: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    hint: () => SAVE_WEIGHTS,
  },
  {
    what: 'a file of Torch 7, such as char-rnn writes',
    fits: (head) => begins([4, 0, 0, 0])(head) && head.subarray(0, 64).includes('V 1'),
    hint: () => 'Such weights cannot be used; train its text again with charlstm train.',
  },
  { what: 'a model in the format GGUF', fits: begins('GGUF'), hint: () => NO_NETWORK },
  {
    what: 'a model in the format ONNX',
    // Protocol buffers: field 1 is the version, field 2 the name of the program that wrote it.
    fits: (head) =>
      head[0] === 8 && head[1]! < 32 && head[2] === 0x12 && isPlain(head.subarray(4, 4 + head[3]!)),
    hint: () => NO_NETWORK,
  },
  { what: 'a file of HDF5, such as Keras writes', fits: begins('\x89HDF'), hint: () => NO_NETWORK },
  { what: 'an array of NumPy', fits: begins('\x93NUMPY'), hint: () => SAVE_WEIGHTS },
  {
    what: 'compressed with gzip',
    fits: begins([0x1f, 0x8b]),
    hint: (path) => `Unpack it first: gunzip ${path}.`,
  },
  { what: 'compressed with bzip2', fits: begins('BZh'), hint: (path) => `Unpack it first: bunzip2 ${path}.` },
  { what: 'compressed with xz', fits: begins('\xfd7zXZ'), hint: (path) => `Unpack it first: unxz ${path}.` },
  {
    what: 'compressed with zstd',
    fits: begins('\x28\xb5\x2f\xfd'),
    hint: (path) => `Unpack it first: unzstd ${path}.`,
  },
  {
    what: 'a tar archive',
    fits: (head) => head.indexOf('ustar') === 257,
    hint: (path) => `Unpack it first: tar xf ${path}.`,
  },
  {
    what: 'JSON, without weights',
    fits: (head) => isPlain(head) && /^(\{\s*["}]|\[)/.test(text(head)),
    hint: () => 'Weights are in a file whose name ends in .safetensors.',
  },
  { what: 'plain text', fits: isPlain, hint: (path) => `Learn it with: charlstm train ${path}.` },
];

/**
 * Refuses a file that is recognised as something else than tensors. A checkpoint, damaged or not, is not: it
 * begins with a length of 8 bytes, the last four of which are 0, and a brace.
 * @param head its first TELLING_BYTES bytes, or all of them
 * @param subject what comes before the reason, such as "x.pt cannot be imported"
 */
export function refuseForeign(head: Buffer, path: string, subject: string): void {
  const isTensors = head.length > 8 && head.readUInt32LE(4) === 0 && head[8] === '{'.charCodeAt(0);
  const kind = head.length > 0 && !isTensors && KINDS.find(({ fits }) => fits(head));
  if (!kind) return;
  throw new ForeignFileError(`${subject}: it is ${kind.what}`, kind.hint(quoted(path)), ExitCode.badData);
}

/** Whether bytes are UTF-8 without control characters, except perhaps for a character cut off at the end. */
function isPlain(bytes: Buffer): boolean {
  const whole = [0, 1, 2, 3].map((cut) => bytes.subarray(0, bytes.length - cut)).find((part) => isUtf8(part));
  const plain = whole?.toString().replaceAll('\r', '') ?? '';
  return plain !== '' && harmless(plain) === plain;
}
