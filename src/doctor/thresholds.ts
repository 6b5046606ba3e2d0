/**
 * All of the doctor's thresholds. Each lies well above what sound runs show (the bundled texts, 1 to 2 layers
 * of 24 to 128 units, batches of 16 to 2048 characters) and below what runs show that were made to fail;
 * docs/guide/doctor.md has the figures.
 */

export const EXPLODING = {
  /**
   * A gradient norm above this is large, or above the --clip limit if that is higher. On batches of 2048
   * characters sound networks have 0.1 to 0.5. The noise in the norm grows with one over the square root of
   * the batch's characters, and the threshold grows with it.
   */
  largeNorm: 1,
  batch: 2048,
  /** With more than this share of large steps after the warm-up, training is at the edge of stability. */
  largeShare: 0.2,
  /** A spike exceeds the median of the steps before it by this factor. Sound runs stay below 4. */
  spike: 10,
  /** One clipped spike does no harm; this many are not chance. */
  spikes: 3,
  /** Steps before a spike that give the median, and steps before a rollback that are searched for spikes. */
  before: 100,
} as const;

export const VANISHING = {
  /** Positions whose loss gradients are followed back. */
  places: 256,
  /**
   * Gradients vanish if less than the share `left` of a loss's gradient remains `at` steps back, in the layer
   * that keeps most. Trained LSTM and GRU networks keep 3e-4 to 1e-1, plain RNNs 3e-7 to 2e-6.
   */
  at: 24,
  left: 1e-5,
} as const;

export const RATE_TOO_HIGH = {
  /** While the rate was at least `highRate` of its peak, the mean training loss rose by this share. */
  rise: 0.05,
  highRate: 0.5,
  /** A mean training loss above this multiple of the uniform loss is worse than having no network at all. */
  guessing: 1.05,
  /** How much more the loss jumps between steps while the rate is high than at the end, when it is low. */
  noise: 3,
  /** Smaller jumps, in nats, do no harm: they occur on text that the network knows by heart. */
  leastJump: 0.01,
  lowRate: 0.25,
  /** With fewer steps, the size of the jumps is not known well enough. */
  leastSteps: 20,
  /** A loss above `lost` times that of bigrams, after `lostSteps` that moved the weights by `lostMoved`. */
  lostSteps: 200,
  lostMoved: 2,
  lost: 1.1,
} as const;

export const RATE_TOO_LOW = {
  /** The check is made once this share of the schedule is over. */
  done: 0.9,
  /**
   * Distance of the recurrent matrices from their initial values, relative to the initial norm. Training
   * brings it to 1 and more within a few hundred steps; the initial random numbers are then the smaller part.
   */
  moved: 0.3,
  /** At the end the loss is above this multiple of the bigram loss, which takes a few minutes to beat. */
  behindBigrams: 1.02,
  /** There is more to learn: a loss above this multiple of the unigram loss, or still falling this much. */
  behind: 1.02,
  leastFall: 0.02,
  /** The last third of learning (steps times rate) lowers the loss by this share of the third before, */
  straight: 0.8,
  /** and by this many nats: less is not worth more training. */
  fall: 0.1,
  /** Weights that moved this far had a high rate; if the loss still falls, they are recovering from it. */
  far: 1,
} as const;

export const OVERFITTING = {
  /** The validation loss rose by this share of its lowest, as in the dashboard's verdict, */
  rise: 0.005,
  /** and by this many standard errors of the difference, if that was measured. */
  errors: 2,
  /** The training loss fell by this share of the rise, or is below `byHeart` times the best validation. */
  fall: 0.5,
  byHeart: 0.75,
  /** From this rise on, when to stop is no longer a matter of taste. */
  seriousRise: 0.05,
} as const;

export const STATE = {
  /**
   * A state worth less than this, in nats per window (with 95% certainty), is as good as none: a network is
   * never really in the zero state, and that alone may cost this much. Sound runs gain 2.5 and more.
   */
  gain: 0.75,
} as const;

export const UNITS = {
  /** A gate is stuck if it is saturated on the same side at this share of the characters. */
  always: 0.999,
  /** An output with a smaller standard deviation never moves. */
  still: 1e-3,
  /**
   * While recurrent matrices have moved by less than this share of their initial norm, upper layers may show
   * outputs that do not move yet but will. Small networks get past it in a few hundred steps.
   */
  awake: 0.5,
  /** Share of the units of a layer. Sound networks have a few idle ones. */
  share: 0.25,
} as const;

export const CHARACTERS = {
  /** A character that occurs fewer times than this in the training text cannot be learned. */
  rare: 10,
  /** Rare characters cause this share of the validation loss, */
  lossShare: 0.05,
  /** or are this share of the text, */
  textShare: 0.01,
  /** or this share of the vocabulary: each costs a row of the embedding and of the decoder. */
  vocabularyShare: 0.5,
} as const;

export const VALIDATION = {
  /** Standard error of the validation loss, in nats. A loss known only to ± 0.1 cannot be compared. */
  error: 0.05,
  /** A lead below two standard errors, if these exceed `leadError` nats, may be chance. */
  leadErrors: 2,
  leadError: 0.01,
} as const;

export const KNOWN = {
  /**
   * The share of the validation text that the training text has, too. Prose has less than 1%, documentation
   * 1%, licences 3%, source code 7%; an anthology with each poem twice 80%.
   */
  share: 0.2,
  serious: 0.5,
} as const;

export const WINDOW = {
  /**
   * At the end of a window read from the zero state, knowing the text before it would lower the loss by this
   * many nats. LSTM networks with the usual window gain nothing there; GRU networks, which remember longer
   * than they were trained to, gain 0.06 to 0.07.
   */
  gain: 0.1,
  /** The end of a window is this share of it. */
  tail: 0.25,
} as const;

/** A run with fewer steps has hardly begun: large gradients and idle units are no fault yet. */
export const EARLY_STEPS = 60;
/** With fewer windows there is no meaningful standard error. */
export const LEAST_WINDOWS = 16;
/** A difference of this many standard errors counts as real (95%). */
export const CERTAIN = 2;
