import type { Command } from 'commander';
import { table } from '../format.js';
import { grouped } from '../numbers.js';
import { DEFAULT_CORPUS, installCommand, locateCorpus, readCatalogue } from '../text/files/catalogue.js';
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
        kind: entry.kind,
        language: entry.language,
        characters: entry.characters,
        licence: entry.licence,
        installed: locateCorpus(entry) !== undefined,
        install: installCommand(entry) ?? null,
      }));
      printReport(json, corpora, () => {
        const rows = corpora.map(({ name, kind, language, characters, licence, title }) => [
          name,
          kind,
          language,
          grouped(characters),
          licence,
          title,
        ]);
        const head = ['name', 'kind', 'language', 'characters', 'licence', 'text'];
        const absent = corpora.filter(({ installed }) => !installed);
        const hints = absent.map(({ name, install }) => `\nto add ${name}: ${install}`);
        return `${table([head, ...rows])}\n\nwithout a name: ${DEFAULT_CORPUS}${hints.join('')}\n`;
      });
    });
}
