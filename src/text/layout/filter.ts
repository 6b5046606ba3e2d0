import type { CodePoints } from '../encoding/decode.js';

/** Changes the characters of one file, chunk by chunk. How the file is cut into chunks makes no difference. */
export interface Filter {
  /** Takes the next characters. @returns those that are certain now, valid until the next call */
  push(points: CodePoints): CodePoints;
  /** Ends the file. @returns the remaining characters */
  end(): CodePoints;
  /** What it has done to the file so far. */
  readonly findings: Partial<FilterFindings>;
}

/** What filters have done to one file. */
export interface FilterFindings {
  /** Characters of Project Gutenberg's header and licence that were left out. */
  readonly leftOut: number;
  /** The width at which lines were broken, in characters; 0 if they were not, or nobody asked. */
  readonly width: number;
  /** Line breaks that were joined. */
  readonly breaks: number;
  /** Hyphens at the ends of lines that were removed. */
  readonly hyphens: number;
}
