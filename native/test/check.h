/* A test program's frame: CHECK counts and tells where; finish() prints the counts. */
#ifndef PC_TEST_CHECK_H
#define PC_TEST_CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int checks_passed, checks_failed;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (condition) {                                                           \
      checks_passed++;                                                         \
    } else {                                                                   \
      checks_failed++;                                                         \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);          \
    }                                                                          \
  } while (0)

#define CHECK_EQUAL(actual, expected)                                                                   \
  do {                                                                                                  \
    uint64_t a_ = (uint64_t)(actual), e_ = (uint64_t)(expected);                                        \
    if (a_ == e_) {                                                                                     \
      checks_passed++;                                                                                  \
    } else {                                                                                            \
      checks_failed++;                                                                                  \
      fprintf(stderr, "%s:%d: %s is %" PRIu64 ", not %" PRIu64 "\n", __FILE__, __LINE__, #actual, a_, e_); \
    }                                                                                                   \
  } while (0)

static inline int finish(const char *name) {
  printf("%s: %d passed, %d failed\n", name, checks_passed, checks_failed);
  return checks_failed != 0 || checks_passed == 0;
}

/* Repeatable randomness. */
static inline uint32_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33);
}

#endif
