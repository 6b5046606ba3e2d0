import type { Readable } from 'node:stream';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { type Refuse, UserError } from '../../errors.js';
import { grouped } from '../../numbers.js';
import { crc32 } from './crc32.js';

/** Books have hundreds. */
const MOST_FILES = 20_000;
/** The header before the data of each file, without the file's name. */
const HEADER_BYTES = 30;

/**
 * A zip archive in memory. Nothing of it is written to disk, and names in it are only compared with each other.
 */
export class Archive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #refuse: Refuse;
  readonly #onUnpacked: (bytes: number) => void;

  private constructor(
    zip: ZipFile,
    entries: ReadonlyMap<string, Entry>,
    refuse: Refuse,
    onUnpacked: (bytes: number) => void,
  ) {
    this.#zip = zip;
    this.#entries = entries;
    this.#refuse = refuse;
    this.#onUnpacked = onUnpacked;
  }

  /**
   * Reads the directory of an archive.
   * @param refuse throws the error for an archive that is damaged, encrypted, or made to do harm
   * @param onUnpacked is called with the bytes just unpacked; what it throws ends the reading
   */
  static async open(bytes: Buffer, refuse: Refuse, onUnpacked: (bytes: number) => void): Promise<Archive> {
    const entries = new Map<string, Entry>();
    const zip = await attempt(refuse, async () => {
      const zip = await fromBufferPromise(bytes);
      if (zip.entryCount > MOST_FILES) refuse(`it has more than ${grouped(MOST_FILES)} files`);
      for await (const entry of zip.eachEntry()) {
        entries.set(entry.fileName, entry);
      }
      return zip;
    });
    refuseOverlaps([...entries.values()], refuse);
    return new Archive(zip, entries, refuse, onUnpacked);
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * Unpacks a file.
   * @throws UserError if it is missing, encrypted or damaged
   */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name) ?? this.#refuse(`the part ${name} is missing`);
    if (entry.isEncrypted()) this.#refuse('it is protected by a password');
    if (!entry.canDecodeFileData()) this.#refuse(`its part ${name} is compressed in an unknown way`);
    const stream = await attempt(this.#refuse, () => this.#zip.openReadStreamPromise(entry));
    let sum = 0;
    for await (const chunk of chunksOf(stream, this.#refuse)) {
      this.#onUnpacked(chunk.length);
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) this.#refuse(`its part ${name} is damaged (the checksum is wrong)`);
  }
}

/** Files that share their data could be unpacked to much more than the archive has. */
function refuseOverlaps(entries: readonly Entry[], refuse: Refuse): void {
  const ordered = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const { relativeOffsetOfLocalHeader: start, compressedSize, fileNameLength } of ordered) {
    if (start < end) refuse('files in it overlap');
    end = start + HEADER_BYTES + fileNameLength + compressedSize;
  }
}

async function* chunksOf(stream: Readable, refuse: Refuse): AsyncGenerator<Buffer> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const { done, value } = await attempt(refuse, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    stream.destroy();
  }
}

/** Runs an action of the library, whose errors say how the archive is damaged. */
async function attempt<T>(refuse: Refuse, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    return refuse(`it is damaged or cut short (${error.message.split('. ')[0]!})`);
  }
}
