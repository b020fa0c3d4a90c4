/* The images mapped into a process, as its loader lists them and the memory manager names them. */
#include "inspect.h"

#include "../base/cause.h"
#include "../enrich/paths.h"
#include "../stream/record.h"
#include "../stream/sync.h"

#include <psapi.h>
#include <string.h>

enum { MOST_MODULES = 1024 };

/* What the loader's list says can be changed by the process; which file lies there cannot. */
static void write_path(pc_record_writer *writer, HANDLE process, HMODULE module) {
  wchar_t mapped[PC_PATH_UNITS], path[PC_PATH_UNITS];
  DWORD mapped_units = K32GetMappedFileNameW(process, module, mapped, PC_PATH_UNITS);
  uint32_t units = 0;
  if (mapped_units > 0 && mapped_units < PC_PATH_UNITS) {
    units = pc_path_from_nt((pc_span){(const uint8_t *)mapped, mapped_units * 2}, path);
    pc_record_text(writer, PC_FIELD_IMAGE_NT_PATH, (const uint16_t *)mapped, mapped_units);
  }
  if (units == 0) units = K32GetModuleFileNameExW(process, module, path, PC_PATH_UNITS);
  if (units > 0 && units < PC_PATH_UNITS) pc_record_text(writer, PC_FIELD_IMAGE_PATH, (const uint16_t *)path, units);
  else pc_record_missing(writer, PC_FIELD_IMAGE_PATH, PC_TYPE_UTF16, PC_FAILED);
}

static uint32_t write_module(HANDLE process, HMODULE module, uint64_t now, void *to, uint32_t room) {
  pc_record_writer writer;
  MODULEINFO facts;
  pc_record_begin(&writer, to, room, PC_RECORD_MODULE, now);
  pc_record_u64(&writer, PC_FIELD_MODULE_BASE, (uint64_t)(uintptr_t)module);
  if (K32GetModuleInformation(process, module, &facts, sizeof facts)) {
    pc_record_u64(&writer, PC_FIELD_MODULE_BYTES, facts.SizeOfImage);
  }
  write_path(&writer, process, module);
  return pc_record_end(&writer);
}

int32_t pc_process_modules(const pc_process_request *request, void *buffer, uint32_t capacity, uint32_t *bytes,
                           uint32_t *count, uint32_t *found, pc_cause *cause) {
  HANDLE process;
  HMODULE modules[MOST_MODULES];
  DWORD needed = 0;
  pc_cause_clear(cause);
  if (buffer == NULL || bytes == NULL || count == NULL || found == NULL) return PC_E_ARGUMENT;
  *bytes = *count = *found = 0;
  int32_t code = pc_open_for_look(request, &process, cause);
  if (code != PC_OK) return code;
  if (!K32EnumProcessModulesEx(process, modules, sizeof modules, &needed, LIST_MODULES_ALL)) {
    code = pc_fail_last(cause, "EnumProcessModulesEx");
    CloseHandle(process);
    return code;
  }
  uint64_t now = pc_filetime_now();
  *found = needed / (DWORD)sizeof *modules;
  uint32_t listed = *found < MOST_MODULES ? *found : MOST_MODULES;
  for (uint32_t i = 0; i < listed; i++) {
    uint32_t size = write_module(process, modules[i], now, (uint8_t *)buffer + *bytes, capacity - *bytes);
    if (size == 0) break;
    *bytes += size;
    (*count)++;
  }
  CloseHandle(process);
  return code;
}
