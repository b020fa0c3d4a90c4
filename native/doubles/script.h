/* A script of tab-separated lines in UTF-8 that may grow while it is being played. */
#ifndef PC_DOUBLES_SCRIPT_H
#define PC_DOUBLES_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

enum { SCRIPT_LINE_BYTES = 1 << 18, SCRIPT_WORDS = 40 };

typedef struct script {
  wchar_t path[MAX_PATH];
  uint64_t offset;   /* of the next line */
  uint32_t line;     /* its number, from 0 */
  char *text;        /* the line last read, cut at its tabs */
  char *words[SCRIPT_WORDS];
  int word_count;
} script;

/* The path is in the environment variable; false when it is not set. */
bool script_open(script *s, const wchar_t *variable);
void script_close(script *s);

/* The next whole line that is neither empty nor a comment (#); false when there is none yet. */
bool script_next(script *s);

bool script_is(const script *s, const char *command);
uint64_t script_number(const script *s, int word, uint64_t otherwise);
/* A word as UTF-16, terminated; "" when it is missing. Its units. */
uint32_t script_text(const script *s, int word, wchar_t *to, uint32_t capacity);

#endif
