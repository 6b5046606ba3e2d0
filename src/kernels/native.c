// The native build as a Node addon: the functions of kernels.h on one memory. No other file knows of Node.
//
//     attach(memory: Float32Array) -> { pack, matmul, ..., extend(bytes) }
//
// Arguments are numbers, pointers byte offsets into the memory. Each is checked to lie within the memory with all that
// the kernel will touch; extend tells that the memory has grown in place. (Indices and targets are the caller's to keep
// in range.) The addon is loaded anew in every thread; the memory may be shared between them.
#include <node_api.h>

#include "kernels.h"

#include <stdlib.h>

#define MOST_ARGUMENTS 13

typedef struct {
  char *base;
  double bytes;
} Memory;

// One call: the memory, and the arguments as they came.
typedef struct {
  Memory *memory;
  double values[MOST_ARGUMENTS];
} Call;

static Call arguments(napi_env env, napi_callback_info info) {
  Call call;
  napi_value values[MOST_ARGUMENTS];
  size_t count = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &count, values, 0, (void **)&call.memory);
  for (size_t i = 0; i < MOST_ARGUMENTS; i++) {
    call.values[i] = 0;
    if (i < count) napi_get_value_double(env, values[i], &call.values[i]);
  }
  return call;
}

static napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

// How argument i is read: a pointer to floats or to words, a whole number, an unsigned one, a float.
#define P(i) ((float *)(call.memory->base + (long long)call.values[i]))
#define W(i) ((int *)P(i))
#define I(i) ((int)call.values[i])
#define U(i) ((unsigned)call.values[i])
#define F(i) ((float)call.values[i])

// Whether argument i points to so many elements of the memory. No size may be negative either: it would pass for none.
static int fits(const Call *call, int i, double count) {
  const double from = call->values[i], to = from + 4 * count;
  return count >= 0 && from >= 0 && to <= call->memory->bytes && from == (double)((long long)from / 4 * 4);
}
#define FITS(i, count) fits(&call, i, count)
#define N(i) call.values[i]

// Elements from the first to the last of a (rows, columns) matrix with these strides.
#define SPAN(rows, columns, row_stride, column_stride) \
  ((rows) > 0 && (columns) > 0 ? ((rows) - 1) * (row_stride) + ((columns) - 1) * (column_stride) + 1 : 0)

#define FUNCTION(name, is_within, ...)                                             \
  static napi_value call_##name(napi_env env, napi_callback_info info) {           \
    const Call call = arguments(env, info);                                        \
    if (is_within) name(__VA_ARGS__);                                              \
    else napi_throw_range_error(env, 0, #name " was called with places outside its memory"); \
    return 0;                                                                      \
  }

FUNCTION(pack, FITS(0, packed_length(I(2), I(3))) && FITS(1, SPAN(N(2), N(3), N(4), N(5))), //
         P(0), P(1), I(2), I(3), I(4), I(5))
FUNCTION(matmul,
         FITS(0, SPAN(N(6), N(7), N(1), 1)) && FITS(2, SPAN(N(6), N(8), N(3), N(4))) &&
             FITS(5, packed_length(I(8), I(7))),
         P(0), I(1), P(2), I(3), I(4), P(5), I(6), I(7), I(8), I(9))
FUNCTION(broadcast_rows, FITS(0, N(2) * N(3)) && FITS(1, N(3)), P(0), P(1), I(2), I(3))
FUNCTION(gather_rows, FITS(0, N(3) * N(4)) && FITS(1, N(4)) && FITS(2, N(3)), P(0), P(1), W(2), I(3), I(4))
FUNCTION(scatter_add_rows, FITS(0, N(4)) && FITS(1, SPAN(N(3), N(4), N(5), 1)) && FITS(2, N(3)), //
         P(0), P(1), W(2), I(3), I(4), I(5))
FUNCTION(sum_rows, FITS(0, N(3)) && FITS(1, SPAN(N(2), N(3), N(4), 1)), P(0), P(1), I(2), I(3), I(4))
// Whether a layer of so many gates has room for them, and for its states.
#define STATES(rows, hidden, ...) are_states(&call, (rows) * (hidden), (int[]){__VA_ARGS__, -1})
#define PEEPHOLES(at, width, hidden, has) (!(has) || FITS(at, (width) - (hidden)))
static int are_states(const Call *call, double count, const int *places) {
  for (; *places >= 0; places++)
    if (!fits(call, *places, count)) return 0;
  return 1;
}
#define IS_LSTM(width, hidden) ((width) == 4 * (hidden) || (width) == 3 * (hidden))

FUNCTION(sum_products,
         FITS(0, N(6)) && FITS(1, SPAN(N(5), N(6), N(2), 1)) && FITS(3, SPAN(N(5), N(6), N(4), 1)), //
         P(0), P(1), I(2), P(3), I(4), I(5), I(6))
FUNCTION(add, FITS(0, N(2)) && FITS(1, N(2)), P(0), P(1), I(2), I(3))
FUNCTION(lstm_forward,
         IS_LSTM(N(7), N(6)) && FITS(0, N(5) * N(7)) && STATES(N(5), N(6), 1, 2, 3) && PEEPHOLES(4, N(7), N(6), I(8)),
         P(0), P(1), P(2), P(3), P(4), I(5), I(6), I(7), I(8))
FUNCTION(lstm_backward,
         IS_LSTM(N(8), N(7)) && FITS(0, N(6) * N(8)) && STATES(N(6), N(7), 1, 2, 3, 4) && PEEPHOLES(5, N(8), N(7), I(9)),
         P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8), I(9))
FUNCTION(rnn_forward, STATES(N(2), N(3), 0, 1), P(0), P(1), I(2), I(3))
FUNCTION(rnn_backward, STATES(N(2), N(3), 0, 1), P(0), P(1), I(2), I(3))
FUNCTION(gru_forward, STATES(N(4), 3 * N(5), 0, 1) && STATES(N(4), N(5), 2, 3), //
         P(0), P(1), P(2), P(3), I(4), I(5))
FUNCTION(gru_backward, STATES(N(5), 3 * N(6), 0, 1) && STATES(N(5), N(6), 2, 3, 4), //
         P(0), P(1), P(2), P(3), P(4), I(5), I(6))
FUNCTION(normalise_rows, FITS(0, N(2) * N(3)) && FITS(1, N(2)), P(0), P(1), I(2), I(3))
FUNCTION(add_scaled_rows, FITS(0, N(3) * N(4)) && FITS(1, N(3) * N(4)) && FITS(2, N(4)), //
         P(0), P(1), P(2), I(3), I(4))
FUNCTION(normalise_rows_backward,
         STATES(N(5), N(6), 0, 1, 2) && FITS(3, N(5)) && FITS(4, N(6)), //
         P(0), P(1), P(2), P(3), P(4), I(5), I(6))
FUNCTION(softmax_cross_entropy, FITS(0, N(3) * N(4)) && FITS(1, N(3)) && FITS(2, N(3)), //
         P(0), W(1), P(2), I(3), I(4), F(5))
FUNCTION(dropout, FITS(0, N(2)) && FITS(1, N(2)) && N(3) >= 0 && N(4) >= 0 && 2 * (N(3) + N(4)) <= N(2) + 1, //
         P(0), P(1), I(2), I(3), I(4), U(5), U(6), U(7), U(8), F(9))
FUNCTION(adamw, FITS(0, N(4)) && FITS(1, N(4)) && FITS(2, N(4)) && FITS(3, N(4)), //
         P(0), P(1), P(2), P(3), I(4), F(5), F(6), F(7), F(8), F(9), F(10), F(11), F(12))

static napi_value call_packed_length(napi_env env, napi_callback_info info) {
  const Call call = arguments(env, info);
  return number(env, packed_length(I(0), I(1)));
}

static napi_value call_squared_norm(napi_env env, napi_callback_info info) {
  const Call call = arguments(env, info);
  if (FITS(0, N(1))) return number(env, squared_norm(P(0), I(1)));
  napi_throw_range_error(env, 0, "squared_norm was called with places outside its memory");
  return 0;
}

static napi_value call_peak(napi_env env, napi_callback_info info) {
  const Call call = arguments(env, info);
  return number(env, peak(I(0), F(1), F(2)));
}

static napi_value call_extend(napi_env env, napi_callback_info info) {
  const Call call = arguments(env, info);
  call.memory->bytes = N(0);
  return 0;
}

static napi_value attach(napi_env env, napi_callback_info info) {
  napi_value array, result;
  size_t count = 1, length = 0;
  void *base = 0;
  napi_typedarray_type type = napi_int8_array;
  napi_get_cb_info(env, info, &count, &array, 0, 0);
  napi_get_typedarray_info(env, array, &type, &length, &base, 0, 0);
  Memory *memory = type == napi_float32_array ? malloc(sizeof *memory) : 0; // never freed: functions may outlive all else
  if (!memory) {
    napi_throw_type_error(env, 0, "attach takes a Float32Array");
    return 0;
  }
  *memory = (Memory){base, 4.0 * (double)length};
#define METHOD(name) {#name, 0, call_##name, 0, 0, 0, napi_enumerable, memory}
  const napi_property_descriptor methods[] = {
      METHOD(packed_length), METHOD(pack), METHOD(matmul), METHOD(peak), METHOD(extend),
      METHOD(broadcast_rows), METHOD(gather_rows), METHOD(scatter_add_rows), METHOD(sum_rows), METHOD(sum_products),
      METHOD(add), METHOD(lstm_forward), METHOD(lstm_backward), METHOD(rnn_forward), METHOD(rnn_backward),
      METHOD(gru_forward), METHOD(gru_backward), METHOD(normalise_rows), METHOD(add_scaled_rows),
      METHOD(normalise_rows_backward), METHOD(softmax_cross_entropy), METHOD(dropout), METHOD(squared_norm),
      METHOD(adamw),
  };
  napi_create_object(env, &result);
  napi_define_properties(env, result, sizeof methods / sizeof *methods, methods);
  return result;
}

// The vectors that it was built for.
#if defined(__AVX512F__)
#define VECTORS "avx512"
#elif defined(__AVX2__)
#define VECTORS "avx2"
#elif defined(__aarch64__)
#define VECTORS "neon"
#else
#define VECTORS "sse"
#endif

NAPI_MODULE_INIT() {
  napi_value vectors;
  napi_create_string_utf8(env, VECTORS, NAPI_AUTO_LENGTH, &vectors);
  const napi_property_descriptor properties[] = {
      {"attach", 0, attach, 0, 0, 0, napi_enumerable, 0},
      {"vectors", 0, 0, 0, 0, vectors, napi_enumerable, 0},
  };
  napi_define_properties(env, exports, 2, properties);
  return exports;
}
