// Makes docs/reference/options.md from the table of training options.
//
//     npm run docs

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMAND_GROUPS } from '../src/cli/train/flags.js';
import { describeKind, type OptionRow, type OptionTable } from '../src/options.js';

export const PAGE = fileURLToPath(new URL('reference/options.md', import.meta.url));

const INTRODUCTION = `# Options of training

Made by \`npm run docs\` from the table in \`src/checkpoint/options.ts\`; do not edit it by hand.

Each option has a flag for \`charlstm train\` and a name for programs and records. "On resume" says whether
\`--resume\` accepts another value. Options marked _shape_ also belong to the weights, so \`--from\` does not accept
another value, either. "If absent" is what it means that a checkpoint does not record the option.
`;

/** The page as Markdown. */
export function optionsPage(): string {
  const groups = Object.entries(COMMAND_GROUPS);
  return [INTRODUCTION, ...groups.map(([name, rows]) => `## ${name}\n\n${table(rows)}\n`)].join('\n');
}

/** A table with columns of equal width, as the formatter leaves it. */
function table(rows: OptionTable): string {
  const head = ['Option', 'Name', 'Meaning', 'Values', 'Default', 'If absent', 'On resume', 'Other names'];
  const escaped = (cell: string) => cell.replaceAll('|', '\\|');
  const lines = [head, ...Object.entries(rows).map(([name, row]) => cells(name, row).map(escaped))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const drawn = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  drawn.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return drawn.join('\n');
}

function cells(name: string, row: OptionRow): string[] {
  const code = (text: string) => `\`${text}\``;
  const shown = String(row.defaultHelp ?? row.default ?? '');
  return [
    code(row.flag),
    code(name),
    row.help,
    describeKind(row.kind),
    shown.includes('<') ? code(shown) : shown,
    String(row.absent ?? ''),
    row.frozen === undefined ? 'may change' : row.frozen === 'shape' ? 'fixed (_shape_)' : 'fixed',
    (row.aliases ?? []).map((alias) => code(`--${alias}`)).join(', '),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, optionsPage());
