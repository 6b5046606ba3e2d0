// Softmax and cross-entropy for each row of logits.
#include "kernels.h"
#include "vector.h"

// log(x) for x > 0, to 1e-14; infinity and NaN stay what they are.
// x = m 2^e with m in [√½, √2), and log m = 2 artanh((m - 1) / (m + 1)).
static double natural_log(double x) {
  if (!(x < __builtin_inf())) return x;
  union { double d; long long i; } bits = {x};
  long long e = ((bits.i >> 52) & 2047) - 1023;
  bits.i = (bits.i & 0xfffffffffffffLL) | 0x3ff0000000000000LL;
  double m = bits.d;
  if (m > 1.4142135623730951) m *= 0.5, e += 1;
  const double s = (m - 1) / (m + 1), q = s * s;
  double series = 1.0 / 17;
  for (int k = 15; k > 0; k -= 2) series = series * q + 1.0 / k;
  return 2 * s * series + (double)e * 0.6931471805599453;
}

void softmax_cross_entropy(float *logits, const int *targets, float *losses, int rows, int vocabulary, float scale) {
  for (int r = 0; r < rows; r++, logits += vocabulary) {
    if (targets[r] < 0) {
      losses[r] = 0;
      if (scale != 0) for (int j = 0; j < vocabulary; j++) logits[j] = 0;
      continue;
    }
    float largest = logits[0];
    for (int j = 1; j < vocabulary; j++) largest = logits[j] > largest ? logits[j] : largest;
    const float target = logits[targets[r]];
    // If a gradient is wanted, the exponentials replace the logits.
    Sum sum = no_sum();
    for (int i = 0; i < vocabulary; i += SUM_LANES) {
      UNROLL for (int v = 0, j = i; v < SUM_VECTORS; v++, j += LANES) {
        const int n = vocabulary - j;
        const vec e = vexp(at_least(load(logits + j, n) - largest, -60.0f)); // a normal number even times scale
        if (scale != 0) store(logits + j, e, n);
        if (n >= LANES) sum.part[v] += e;
        else for (int lane = 0; lane < LANES - 1; lane++) sum.part[v][lane] += lane < n ? e[lane] : 0;
      }
    }
    const float z = total(sum);
    losses[r] = (float)(natural_log(z) + ((double)largest - target));
    if (scale == 0) continue;
    const float factor = scale / z;
    for (int j = 0; j < vocabulary; j++) logits[j] *= factor;
    logits[targets[r]] -= scale;
  }
}
