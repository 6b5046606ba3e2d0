/** What is noticed in each file while it is read, as numbers: recorded in this order next to ids for reuse. */
export const FINDINGS = [
  /** Malformed sequences of bytes that became U+FFFD, with `utf8-lossy`. */
  'malformed',
  /** Records without text, which were left out. */
  'empty',
  /** Line ends that were replaced: CR LF, and CR without LF. */
  'crLf',
  'cr',
  /** LF without CR, as far as they were counted, and the chunks in which they were not. */
  'lf',
  'uncounted',
  /** Letters and marks that were composed. */
  'composed',
  /** Characters of Project Gutenberg's header and licence that were left out. */
  'leftOut',
  /** The width at which lines were broken that were joined, in characters: the largest of all files. */
  'width',
  /** Line breaks that were joined. */
  'breaks',
  /** Hyphens at the ends of lines that were removed. */
  'hyphens',
] as const;

export type FileFindings = Readonly<Record<(typeof FINDINGS)[number], number>>;

export const NOTHING_FOUND: FileFindings = findings(() => 0);

/** Adds up the findings of files, or of the stages through which one file passes. */
export function allFindings(parts: readonly Partial<FileFindings>[]): FileFindings {
  return findings((name) => {
    const numbers = parts.map((part) => part[name] ?? 0);
    return name === 'width' ? Math.max(...numbers) : numbers.reduce((sum, number) => sum + number, 0);
  });
}

function findings(find: (name: (typeof FINDINGS)[number]) => number): FileFindings {
  return Object.fromEntries(FINDINGS.map((name) => [name, find(name)])) as FileFindings;
}
