import { amountOf, grouped } from '../numbers.js';
import type { FileFindings } from '../text/findings.js';

/** Remarks on what was replaced while the files of a text were read. */
export function findingNotices(findings: FileFindings): string[] {
  return [...malformedNotices(findings), ...lineEndNotices(findings), ...composedNotices(findings)];
}

/** A notice about what a lossy encoding has replaced, if there is anything. */
export function malformedNotices({ malformed }: FileFindings): string[] {
  if (malformed === 0) return [];
  const what = `malformed ${malformed === 1 ? 'sequence' : 'sequences'} of bytes`;
  return [`--encoding utf8-lossy: ${grouped(malformed)} ${what} became U+FFFD`];
}

/** A notice if the text mixes line ends. Where all of them are the same, there is nothing to say. */
function lineEndNotices({ crLf, cr, lf, uncounted }: FileFindings): string[] {
  const found = [
    ...(crLf > 0 ? [`${grouped(crLf)} CR LF`] : []),
    ...(cr > 0 ? [`${grouped(cr)} CR`] : []),
    ...(lf + uncounted > 0 ? [uncounted > 0 ? `more than ${grouped(lf)} LF` : `${grouped(lf)} LF`] : []),
  ];
  if (found.length < 2) return [];
  const all = `${found.slice(0, -1).join(', ')} and ${found.at(-1)}`;
  return [`the text mixes line ends (${all}), all read as LF; --no-normalize-newlines keeps them`];
}

function composedNotices({ composed }: FileFindings): string[] {
  return composed === 0 ? [] : [`--normalize nfc: ${amountOf(composed, 'letter')} composed`];
}
