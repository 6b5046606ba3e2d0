import { type Encoding, encodingNamed } from './names.js';

/** A declaration in a page or in XML. */
const DECLARED = /(?:charset|encoding)\s*=\s*["']?([\w:-]+)/i;
/** Bytes at the beginning in which a declaration is looked for. */
const LOOKED_AT = 4096;

/**
 * Returns the encoding that a page of HTML or a file of XML declares in its first bytes; undefined if it
 * declares none that is known. What calls itself ISO-8859-1 is windows-1252, as in the HTML standard.
 */
export function declaredEncoding(head: Uint8Array): Encoding | undefined {
  const name = DECLARED.exec(Buffer.from(head.subarray(0, LOOKED_AT)).toString('latin1'))?.[1];
  const encoding = name === undefined ? undefined : encodingNamed(name);
  return encoding === 'latin1' ? 'windows-1252' : encoding;
}
