#include "script.h"

#include <stdlib.h>
#include <string.h>

bool script_open(script *s, const wchar_t *variable) {
  memset(s, 0, sizeof *s);
  DWORD units = GetEnvironmentVariableW(variable, s->path, MAX_PATH);
  if (units == 0 || units >= MAX_PATH) return false;
  s->text = malloc(SCRIPT_LINE_BYTES);
  return s->text != NULL;
}

void script_close(script *s) {
  free(s->text);
  s->text = NULL;
}

/* Reads from the offset and moves it behind the first newline; a line without one is not whole yet. */
static bool read_line(script *s) {
  HANDLE file = CreateFileW(s->path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return false;
  DWORD got = 0;
  LARGE_INTEGER to = {.QuadPart = (LONGLONG)s->offset};
  bool read = SetFilePointerEx(file, to, NULL, FILE_BEGIN) && ReadFile(file, s->text, SCRIPT_LINE_BYTES - 1, &got, NULL);
  CloseHandle(file);
  char *end = read ? memchr(s->text, '\n', got) : NULL;
  if (end == NULL) return false;
  s->offset += (uint64_t)(end - s->text) + 1;
  s->line++;
  if (end > s->text && end[-1] == '\r') end--;
  *end = 0;
  return true;
}

static void cut(script *s) {
  s->word_count = 0;
  for (char *at = s->text; at != NULL && s->word_count < SCRIPT_WORDS;) {
    char *tab = strchr(at, '\t');
    if (tab != NULL) *tab++ = 0;
    s->words[s->word_count++] = at;
    at = tab;
  }
}

bool script_next(script *s) {
  while (read_line(s)) {
    if (s->text[0] == 0 || s->text[0] == '#') continue;
    cut(s);
    return true;
  }
  return false;
}

bool script_is(const script *s, const char *command) { return strcmp(s->words[0], command) == 0; }

uint64_t script_number(const script *s, int word, uint64_t otherwise) {
  return word < s->word_count && s->words[word][0] != 0 ? strtoull(s->words[word], NULL, 0) : otherwise;
}

uint32_t script_text(const script *s, int word, wchar_t *to, uint32_t capacity) {
  int units = 0;
  if (word < s->word_count) units = MultiByteToWideChar(CP_UTF8, 0, s->words[word], -1, to, (int)capacity);
  if (units <= 0) {
    to[0] = 0;
    return 0;
  }
  return (uint32_t)units - 1;
}
