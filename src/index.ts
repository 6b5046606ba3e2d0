/** The programming interface of the package: train networks, let them write, and measure them. */
export { type EvaluateOptions, type EvaluationReport, evaluate } from './api/evaluate.js';
export { generate, generateMany } from './api/generate.js';
export { type LoadOptions, load, loadCorpus, type TrainedModel } from './api/load.js';
export type { TextInput } from './api/text.js';
export {
  type NoticeEvent,
  type ResumeOptions,
  resume,
  type TrainingEvent,
  type TrainRunOptions,
  train,
} from './api/train.js';
export type { CharacterModel } from './checkpoint/checkpoint.js';
export type { TrainOptions } from './checkpoint/options.js';
export type { RunRecord } from './checkpoint/record.js';
export type { EngineChoice } from './engine/engine.js';
export { UserError } from './errors.js';
export { type CopyReport, copyReport, type Overlap } from './sample/copying.js';
export type { EndReason } from './sample/draft.js';
export type { GeneratedText } from './sample/generate.js';
export type { GenerateOptions, Unit } from './sample/options.js';
export type { Truncation } from './sample/truncate.js';
export type { SuffixIndex } from './text/suffix-index.js';
export type { Unknown, Vocabulary } from './text/vocabulary.js';
export type { Figures } from './train/evaluate.js';
export type {
  BaselineEvent,
  CheckpointEvent,
  CommandEvent,
  EndEvent,
  GaugesEvent,
  LiveEvent,
  RollbackEvent,
  SampleEvent,
  StartEvent,
  StepEvent,
  TrainEvent,
  TroubleEvent,
  ValidationEvent,
} from './train/events.js';
