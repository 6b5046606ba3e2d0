// The Node addon: the kernels for every level of vectors that a processor may have, in one file.
//
//     { avx512?: attach, avx2?: attach } or { neon: attach }: the levels that run here, the best one first
//
// Each level is the same source, compiled for other processors (see platforms.ts). No level here is slower than
// WebAssembly, so an old processor has none.
#include <node_api.h>

#define LEVEL(name) napi_value name##_attach(napi_env env, napi_callback_info info);
#define ADD(name) napi_create_function(env, #name, NAPI_AUTO_LENGTH, name##_attach, 0, &attach); \
  napi_set_named_property(env, exports, #name, attach)

#if defined(__x86_64__)
#include <cpuid.h>

LEVEL(avx512)
LEVEL(avx2)

#define HAS(word, bits) (((word) & (bits)) == (bits))

// Bits of cpuid (Intel's manual, volume 2, CPUID) that -march=x86-64-v3 and -v4 assume.
#define FMA (1u << 12)
#define MOVBE (1u << 22)
#define OSXSAVE (1u << 27)
#define AVX (1u << 28)
#define F16C (1u << 29)
#define LZCNT (1u << 5)
#define BMI1 (1u << 3)
#define AVX2 (1u << 5)
#define BMI2 (1u << 8)
#define AVX512_F_DQ_CD_BW_VL (1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31)
// Registers that the system saves: their use ends the process where it does not.
#define YMM 0x06u
#define ZMM 0xe6u

// 0: neither, 1: avx2, 2: avx512, too.
static int level_of_processor(void) {
  unsigned a, b, c, d, features, saved, high;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !HAS(c, FMA | MOVBE | OSXSAVE | AVX | F16C)) return 0;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !HAS(c, LZCNT)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &features, &c, &d) || !HAS(features, BMI1 | AVX2 | BMI2)) return 0;
  __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  if (!HAS(saved, YMM)) return 0;
  return HAS(features, AVX512_F_DQ_CD_BW_VL) && HAS(saved, ZMM) ? 2 : 1;
}

static void add_levels(napi_env env, napi_value exports) {
  napi_value attach;
  const int level = level_of_processor();
  if (level >= 2) { ADD(avx512); }
  if (level >= 1) { ADD(avx2); }
}
#elif defined(__aarch64__)
LEVEL(neon)

static void add_levels(napi_env env, napi_value exports) {
  napi_value attach;
  ADD(neon);
}
#endif

NAPI_MODULE_INIT() {
  add_levels(env, exports);
  return exports;
}
