// Windows looks for imported functions in a module of a given name, node.exe, but the program may be called
// otherwise: bun.exe, deno.exe, a copy of Node. So they are imported with delay (lld-link /delayload), and at
// its first call each is looked up here in the program itself, whatever its name.
#include <stdint.h>

// From kernel32.def.
__declspec(dllimport) void *GetModuleHandleW(const void *name);
__declspec(dllimport) void *GetProcAddress(void *module, const char *name);

// The delay-load descriptor of the PE format; addresses are relative to the base of the image.
typedef struct {
  uint32_t attributes, module_name, module_handle, addresses, names, bound_addresses, unload_information, time;
} Descriptor;

extern const char __ImageBase[];

// The linker has it called with the descriptor of the module and the function's place among the addresses.
void *__delayLoadHelper2(const Descriptor *module, void **address) {
  const uint64_t *names = (const uint64_t *)(__ImageBase + module->names);
  const long long index = address - (void **)(__ImageBase + module->addresses);
  const char *name = __ImageBase + names[index] + 2; // after a hint of two bytes
  return *address = GetProcAddress(GetModuleHandleW(0), name);
}
