// Inverted dropout (Srivastava et al. 2014). The mask needs no memory: it is a function of the key and the
// element's index.
#include "kernels.h"

typedef unsigned u32;

static inline u32 rotate(u32 x, int by) { return (x << by) | (x >> (32 - by)); }

// Threefry-2x32 with 13 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), the
// generator of random.ts. Element i takes the first word of counter i, element half + i the second.
void dropout(float *out, const float *x, int n, int first, int count, u32 key0, u32 key1, u32 counter1,
             u32 threshold, float keep_scale) {
  const u32 key[3] = {key0, key1, 0x1bd11bda ^ key0 ^ key1};
  const int half = (n + 1) / 2;
  for (int i = first; i < first + count; i++) {
    u32 x0 = (u32)i + key[0], x1 = counter1 + key[1];
#define ROUND(by) x0 += x1, x1 = rotate(x1, by) ^ x0;
#define INJECT(s) x0 += key[(s) % 3], x1 += key[((s) + 1) % 3] + (s);
    ROUND(13) ROUND(15) ROUND(26) ROUND(6) INJECT(1u)
    ROUND(17) ROUND(29) ROUND(16) ROUND(24) INJECT(2u)
    ROUND(13) ROUND(15) ROUND(26) ROUND(6) INJECT(3u)
    ROUND(17)
    out[i] = x0 < threshold ? 0 : x[i] * keep_scale;
    if (half + i < n) out[half + i] = x1 < threshold ? 0 : x[half + i] * keep_scale;
  }
}
