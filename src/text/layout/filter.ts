import type { CodePoints } from '../encoding/decode.js';
import type { FileFindings } from '../findings.js';

/** Changes the characters of one file, chunk by chunk. How the file is cut into chunks makes no difference. */
export interface Filter {
  /** Takes the next characters. @returns those that are certain now, valid until the next call */
  push(points: CodePoints): CodePoints;
  /** Ends the file. @returns the remaining characters */
  end(): CodePoints;
  /** What it has done to the file so far. */
  readonly findings: Partial<FileFindings>;
}
