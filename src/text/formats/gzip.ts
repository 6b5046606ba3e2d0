import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemErrorCode } from '../../errors.js';
import type { Document } from './document.js';

const CHUNK = 1 << 18;

/**
 * Unpacks a file that was compressed with gzip, piece by piece.
 * @throws UserError if it is damaged, cut short, or larger than the bound allows
 */
export async function* unpackedGzip({ chunks, bound, refuse }: Document): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const packed = Readable.from(copies(chunks, (bytes) => bound.addPacked(bytes)));
  packed.on('error', (error) => gunzip.destroy(error));
  packed.pipe(gunzip);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bound.addUnpacked(chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    refuse(error.code === 'Z_BUF_ERROR' ? 'it is cut short' : `it is damaged (${error.message})`);
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

function isDamage(error: unknown): error is Error & { code: string } {
  return systemErrorCode(error)?.startsWith('Z_') === true;
}

/** A chunk of a source is valid only until the next one, and streams read ahead. */
async function* copies(chunks: AsyncIterable<Uint8Array>, onChunk: (bytes: number) => void) {
  for await (const chunk of chunks) {
    onChunk(chunk.length);
    yield Buffer.from(chunk);
  }
}
