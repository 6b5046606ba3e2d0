/** Longer lines are divided, so that a text without line ends needs no more memory than others. */
const LONGEST = 1 << 16;

/** Divides a text that arrives in chunks into its lines. Where the chunks end makes no difference. */
export class WholeLines {
  #rest = '';

  /**
   * Takes the next part of the text.
   * @returns the lines that are whole, each with its line feed; very long lines in parts without one
   */
  push(text: string): string[] {
    const lines: string[] = [];
    let from = 0;
    const all = this.#rest + text;
    // What was left over has no line feed.
    let searched = this.#rest.length;
    for (;;) {
      const feed = all.indexOf('\n', searched);
      const to = feed < 0 ? all.length : feed + 1;
      while (to - from > LONGEST) {
        const cut = from + LONGEST;
        const end = isHighSurrogate(all, cut - 1) ? cut - 1 : cut;
        lines.push(all.slice(from, end));
        from = end;
      }
      if (feed < 0) break;
      lines.push(all.slice(from, to));
      from = to;
      searched = to;
    }
    this.#rest = all.slice(from);
    return lines;
  }

  /** Returns what follows the last line feed. */
  end(): string[] {
    const last = this.#rest;
    this.#rest = '';
    return last === '' ? [] : [last];
  }
}

function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}
