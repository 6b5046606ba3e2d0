// The functions of kernels.h on one memory, as Node calls them.
//
//     attach(memory: Float32Array) -> { pack, matmul, ..., extend(bytes) }
//
// Arguments are numbers; pointers are byte offsets into the memory. Each array must lie within the memory, or
// the call throws a RangeError. (Indices and targets are for the caller to keep in range.) extend reports
// that the memory has grown in place. Every thread loads the addon anew; threads may share the memory.
//
// It is compiled together with the kernels, as one file, once per level of vectors (see levels.c), and needs
// nothing of a C library. The compiler's command line includes the kernels and defines LEVEL (such as avx2_attach),
// MOST_ARGUMENTS, FUNCTIONS and METHODS; see addon.ts and bindings.ts.
#include <node_api.h>

#include "../kernels.h"

typedef struct {
  char *base;
  double bytes;
} Memory;

// One call: the memory, and the arguments as numbers.
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

// Argument i as a pointer, and as a number, which C converts to the type of the parameter.
#define P(i) ((void *)(call.memory->base + (long long)call.values[i]))
#define V(i) call.values[i]

// Whether argument i points to `count` elements of the memory. A negative size must not pass for an empty
// array.
static int fits(const Call *call, int i, double count) {
  const double from = call->values[i], to = from + 4 * count;
  return count >= 0 && from >= 0 && to <= call->memory->bytes && from == (double)((long long)from / 4 * 4);
}
#define FITS(i, count) fits(&call, i, count)

// Elements from the first to the last of a (rows, columns) matrix with these strides.
#define SPAN(rows, columns, row_stride, column_stride) \
  ((rows) > 0 && (columns) > 0 ? ((rows) - 1) * (row_stride) + ((columns) - 1) * (column_stride) + 1 : 0)

// What a kernel returns.
#define NUMBER(call) number(env, call)
#define NOTHING(call) (call, (napi_value)0)

#define FUNCTION(name, is_within, result)                                               \
  static napi_value call_##name(napi_env env, napi_callback_info info) {                \
    const Call call = arguments(env, info);                                             \
    if (is_within) return result;                                                       \
    napi_throw_range_error(env, 0, #name " was called with arrays outside its memory"); \
    return 0;                                                                           \
  }
FUNCTIONS

static napi_value call_extend(napi_env env, napi_callback_info info) {
  const Call call = arguments(env, info);
  call.memory->bytes = V(0);
  return 0;
}

// Allocates with Node what is never freed: the functions may outlive everything else. Returns 0 if it cannot.
static Memory *allocate(napi_env env) {
  napi_value buffer;
  napi_ref kept;
  void *memory = 0;
  if (napi_create_arraybuffer(env, sizeof(Memory), &memory, &buffer) != napi_ok) return 0;
  return napi_create_reference(env, buffer, 1, &kept) == napi_ok ? memory : 0;
}

// Attaches this level.
napi_value LEVEL(napi_env env, napi_callback_info info) {
  napi_value array, result;
  size_t count = 1, length = 0;
  void *base = 0;
  napi_typedarray_type type = napi_int8_array;
  napi_get_cb_info(env, info, &count, &array, 0, 0);
  napi_get_typedarray_info(env, array, &type, &length, &base, 0, 0);
  if (type != napi_float32_array) {
    napi_throw_type_error(env, 0, "attach takes a Float32Array");
    return 0;
  }
  Memory *memory = allocate(env);
  if (!memory) {
    napi_throw_error(env, 0, "there is no memory for the native engine");
    return 0;
  }
  *memory = (Memory){base, 4.0 * (double)length};
#define METHOD(name) {#name, 0, call_##name, 0, 0, 0, napi_enumerable, memory},
  const napi_property_descriptor methods[] = {METHODS METHOD(extend)};
  napi_create_object(env, &result);
  napi_define_properties(env, result, sizeof methods / sizeof *methods, methods);
  return result;
}
