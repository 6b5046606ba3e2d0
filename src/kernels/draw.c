// Draws a character for each row of logits, where floats suffice to know which.
//
// Exactly, row r draws the first j with u S < C_j. C_j is the sum of e^{x_i} over i <= j, S that of all,
// x_i = (s_i - max s) / T, and u in [0, 1) the random number. Floats give C'_j and S' with these errors
// (ε = 2^-24 is half an ulp of 1):
//   - 1/T, the difference and the product are rounded once each. So x'_i is off by 3.1 ε |x_i| at most, and
//     e^{x'_i} by a fraction of as much. vexp adds a fraction of 1.5 ε (1.43 ε if all floats are tried). Below
//     -87, both e^{x_i} and its substitute are smaller than 2^-125.
//   - The relative frequencies p_i = e^{x_i} / S have the entropy ln S + Σ p_i |x_i| <= ln V, and S >= 1. So
//     Σ e^{x_i} |x_i| <= S ln V: C'_j and S' are each off by at most S (1.5 ε + 3.1 ε ln V).
//   - Rounding u adds ε / 2. Doubles, here and where the exact draw is made, add less than S 2^-29.
// As ln V < 14.6 for V <= 2^21, u S - C_j is off by less than S (2 * 46.8 ε + ε / 2 + 2^-29) < S 2^-17. Where
// no C'_j is that close to u S', the exact draw is certain.
#include "kernels.h"
#include "vector.h"

#define BOUND 0x1p-17

void draw_rows(int *choices, float *weights, const float *logits, const float *bans, const float *uniforms,
               const float *scales, int rows, int vocabulary) {
  for (int r = 0; r < rows; r++, logits += vocabulary, weights += vocabulary) {
    vec most = splat(-__builtin_inff());
    float largest = -__builtin_inff();
    int j = 0;
    for (; j + LANES <= vocabulary; j += LANES) {
      const vec x = load(logits + j, LANES) + load(bans + j, LANES);
      most = choose(x > most, x, most);
    }
    for (; j < vocabulary; j++) largest = logits[j] + bans[j] > largest ? logits[j] + bans[j] : largest;
    UNROLL for (int lane = 0; lane < LANES; lane++) largest = most[lane] > largest ? most[lane] : largest;

    for (j = 0; j < vocabulary; j += LANES) {
      const int n = vocabulary - j;
      const vec x = load(logits + j, n) + load(bans + j, n);
      store(weights + j, vexp((x - largest) * scales[r]), n);
    }
    double sums[4] = {0, 0, 0, 0}; // four at a time, since each addition waits for the one before
    for (j = 0; j + 4 <= vocabulary; j += 4)
      UNROLL for (int i = 0; i < 4; i++) sums[i] += (double)weights[j + i];
    for (; j < vocabulary; j++) sums[0] += (double)weights[j];
    const double all = (sums[0] + sums[1]) + (sums[2] + sums[3]);

    // NaN, from the logits or in place of a random number, fails all comparisons.
    const double at = (double)uniforms[r] * all;
    double below = 0, up_to = 0;
    for (j = 0; j < vocabulary; j++) {
      up_to = below + (double)weights[j];
      if (up_to > at) break;
      below = up_to;
    }
    const int is_certain = j < vocabulary && up_to - at > BOUND * all && (j == 0 || at - below > BOUND * all);
    choices[r] = is_certain ? j : -1;
  }
}
