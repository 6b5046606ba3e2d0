/** The programming interface of the package: train networks, let them write, and measure them. */
export { generate, generateMany } from './api/generate.js';
export { type LoadOptions, load, loadCorpus, type TrainedModel } from './api/load.js';
export type { CharacterModel } from './checkpoint/checkpoint.js';
export type { EngineChoice } from './engine/engine.js';
export { UserError } from './errors.js';
export { type CopyReport, copyReport, type Overlap } from './sample/copying.js';
export type { GeneratedText } from './sample/generate.js';
export type { GenerateOptions, Unit } from './sample/options.js';
export type { SuffixIndex } from './text/suffix-index.js';
