#ifndef PC_TEST_WINDOWS_CASES_H
#define PC_TEST_WINDOWS_CASES_H

#include "problemchild.h"

#include <stdbool.h>
#include <windows.h>

/* Only bounds a hang: a machine that does other work may be slow. */
enum { PATIENCE_MS = 60000 };

extern int cases_passed, cases_failed;

void check_at(const char *file, int line, const char *what, bool holds);
#define CHECK(condition) check_at(__FILE__, __LINE__, #condition, (condition))

void append_etw(const char *text);
void append_eventlog(const char *text);

/* What was read so far of a source: how many records of each kind, and the last of each kind. */
typedef struct reading {
  uint32_t count[32];
  uint8_t last[32][8192];
  uint64_t last_sequence;
  int32_t code; /* of the last pc_read */
} reading;

/* Reads until `kind` has been seen `count` times, or nothing more is to be expected. */
void read_until(pc_handle source, reading *r, uint16_t kind, uint32_t count);
/* The field of a record, or NULL. */
const pc_field *field_of(const uint8_t *record, uint16_t id);
uint32_t u32_of(const uint8_t *record, uint16_t id);
uint64_t u64_of(const uint8_t *record, uint16_t id);
bool text_is(const uint8_t *record, uint16_t id, const wchar_t *text);
bool named_is(const uint8_t *record, const wchar_t *name, const wchar_t *text);
bool sums_hold(pc_handle source, pc_counters_t *counters);

/* Before its pid, the name of an event that is there once this program as a child that sleeps has loaded what it needs. */
#define BEGUN L"problemchild-cases-begun-"

void etw_cases(void);
void eventlog_cases(void);
void process_cases(void);
void file_cases(void);
void pipe_cases(void);
void setup_cases(void);
/* What this program does in the place of node.exe. */
int setup_program(const char *verb);

#endif
