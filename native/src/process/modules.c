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

/* In a PE header, from its signature: the size of the image in memory, at the same place in 32-bit images. */
enum { HEADER_BYTES = 1024, NEW_HEADER_AT = 0x3C, SIGNATURE = 0x00004550, IMAGE_BYTES_AT = 80 };

/* From the image's own header, in one read. The loader's list knows it as well, but is walked from its beginning
   for each module, an entry a read, while the process may have to stand still for them. 0 when it is no header. */
static uint64_t image_bytes(HANDLE process, HMODULE module) {
  uint8_t header[HEADER_BYTES];
  uint32_t at, signature, bytes;
  SIZE_T got = 0;
  if (!ReadProcessMemory(process, module, header, sizeof header, &got) || got != sizeof header) return 0;
  memcpy(&at, header + NEW_HEADER_AT, sizeof at);
  if (at > HEADER_BYTES - IMAGE_BYTES_AT - sizeof bytes) return 0;
  memcpy(&signature, header + at, sizeof signature);
  memcpy(&bytes, header + at + IMAGE_BYTES_AT, sizeof bytes);
  return signature == SIGNATURE ? bytes : 0;
}

static uint32_t write_module(HANDLE process, HMODULE module, uint64_t now, void *to, uint32_t room) {
  pc_record_writer writer;
  MODULEINFO facts;
  pc_record_begin(&writer, to, room, PC_RECORD_MODULE, now);
  pc_record_u64(&writer, PC_FIELD_MODULE_BASE, (uint64_t)(uintptr_t)module);
  uint64_t size = image_bytes(process, module);
  if (size == 0 && K32GetModuleInformation(process, module, &facts, sizeof facts)) size = facts.SizeOfImage;
  if (size != 0) pc_record_u64(&writer, PC_FIELD_MODULE_BYTES, size);
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
