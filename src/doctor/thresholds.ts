/**
 * From where on something counts as wrong: one place for all of them. Each lies well above what sound runs show (the
 * bundled texts, 1 to 2 layers of 24 to 128 units, batches of 16 to 2048 characters) and below what runs show that were
 * made to fail; docs/guide/doctor.md has the figures.
 */

export const EXPLODING = {
  /**
   * A gradient norm above this is large, or above the limit of --clip where that is higher. Of 2048 characters sound
   * networks have 0.1 to 0.5; the noise in it grows with one over the square root of their number, and so does this.
   */
  largeNorm: 1,
  batch: 2048,
  /** More of the steps after the warm-up than this share are large: training is then at the edge of what it bears. */
  largeShare: 0.2,
  /** So many times the median of the steps before it makes a step a spike. Sound runs stay below 4. */
  spike: 10,
  /** One spike that was clipped does no harm; several are no chance. */
  spikes: 3,
  /** How many steps before a spike its median is taken of, and in how many before a roll-back spikes are looked for. */
  before: 100,
} as const;

export const VANISHING = {
  /** The gradients of so many losses are followed. */
  places: 256,
  /**
   * So many steps back, this share of a loss's gradient is left, in the layer where most is: trained LSTM and GRU
   * networks keep 3e-4 to 1e-1, plain RNNs 3e-7 to 2e-6.
   */
  at: 24,
  left: 1e-5,
} as const;

export const RATE_TOO_HIGH = {
  /** The mean training loss rose by this share while the rate was at least half its peak. Sound runs only fall. */
  rise: 0.05,
  highRate: 0.5,
  /** A mean training loss so many times that of guessing evenly is worse than no network at all. */
  guessing: 1.05,
  /** The loss jumps from step to step so many times as much while the rate is high as at the end, where it is low. */
  noise: 3,
  /** Jumps of fewer nats do no harm: those of a text that is known by heart. */
  leastJump: 0.01,
  lowRate: 0.25,
  /** Fewer steps say little of how much the loss jumps. */
  leastSteps: 20,
  /** After so many steps, with weights that have gone so far, a network predicts better than this times bigrams do. */
  lostSteps: 200,
  lostMoved: 2,
  lost: 1.1,
} as const;

export const RATE_TOO_LOW = {
  /** The end of the schedule can be judged when this share of it is over. */
  done: 0.9,
  /**
   * How far the recurrent matrices are from where they began, as a share of their initial norm. Trained ones come to 1 and more
   * within a few hundred steps; the random numbers they began with are then the smaller part.
   */
  moved: 0.3,
  /** At the end the loss is still so many times that of bigrams, which a few minutes of training are enough to beat. */
  behindBigrams: 1.02,
  /** And there is more to learn: the loss is this many times that of characters' frequencies, or still fell by so much. */
  behind: 1.02,
  leastFall: 0.02,
  /** The last third of all learning (steps times rate) still lowers the loss as much as the third before it. */
  straight: 0.8,
  /** And by so many nats: less is not worth more training. */
  fall: 0.1,
  /** Weights that went so far had a high rate: they come down from where it threw them, if the loss still falls. */
  far: 1,
} as const;

export const OVERFITTING = {
  /** Validation rose by this share of its lowest, as in the dashboard's verdict. */
  rise: 0.005,
  /** And by so many standard errors of the difference, where it was measured. */
  errors: 2,
  /** Meanwhile the training loss fell by so much of the rise, or is so much of the lowest validation: it is no accident. */
  fall: 0.5,
  byHeart: 0.75,
  /** From this share on it is no longer a matter of taste when to stop. */
  seriousRise: 0.05,
} as const;

export const STATE = {
  /**
   * A state that says less of what follows than this, in nats a window (with 95% certainty), is as good as none: zero is
   * not a state that a network is ever in, and so much may be lost by that alone. Sound runs gain 2.5 and more.
   */
  gain: 0.75,
} as const;

export const UNITS = {
  /** A gate is stuck that is saturated at this share of the characters, always on the same side. */
  always: 0.999,
  /** An output whose standard deviation is less than this never moves. */
  still: 1e-3,
  /**
   * Recurrent matrices that moved by less than this share of what they began with: upper layers have hardly woken, and outputs that
   * do not move yet will. Small networks come so far in some hundred steps.
   */
  awake: 0.5,
  /** Share of the units of a layer. Sound networks have a few that rest. */
  share: 0.25,
} as const;

export const CHARACTERS = {
  /** A character that occurs fewer times than this in the training text cannot be learned. */
  rare: 10,
  /** Rare characters make so much of the loss on the validation text, */
  lossShare: 0.05,
  /** or so much of the text, */
  textShare: 0.01,
  /** or so much of the vocabulary: each costs a row of the embedding and of the decoder. */
  vocabularyShare: 0.5,
} as const;

export const VALIDATION = {
  /** The standard error of the validation loss, in nats: a loss known to 0.1 either way compares with nothing. */
  error: 0.05,
  /** The best checkpoint leads by less than two standard errors, which are more than this: by chance it may be worse. */
  leadErrors: 2,
  leadError: 0.01,
} as const;

export const WINDOW = {
  /**
   * At the end of a window from zero state, what came before it would still lower the loss by so many nats. LSTM networks of
   * the usual window have nothing left there; GRU networks, which remember longer than they were taught to, 0.06 to 0.07.
   */
  gain: 0.1,
  /** The end: this share of it. */
  tail: 0.25,
} as const;

/** A run of fewer steps has hardly begun: large gradients and units that rest are then no fault. */
export const EARLY_STEPS = 60;
/** Fewer windows than this give no standard error. */
export const LEAST_WINDOWS = 16;
/** A difference of so many standard errors is taken for real (95%). */
export const CERTAIN = 2;
