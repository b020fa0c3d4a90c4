#include "sync.h"

#ifdef _WIN32

void pc_lock_init(pc_lock *lock) { InitializeSRWLock(lock); }
void pc_lock_enter(pc_lock *lock) { AcquireSRWLockExclusive(lock); }
void pc_lock_leave(pc_lock *lock) { ReleaseSRWLockExclusive(lock); }
void pc_signal_init(pc_signal *signal) { InitializeConditionVariable(signal); }
void pc_signal_all(pc_signal *signal) { WakeAllConditionVariable(signal); }

bool pc_signal_wait(pc_signal *signal, pc_lock *lock, uint32_t timeout_ms) {
  return SleepConditionVariableSRW(signal, lock, timeout_ms, 0) != 0;
}

uint64_t pc_steady_us(void) {
  LARGE_INTEGER now, per_second;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&per_second);
  uint64_t ticks = (uint64_t)now.QuadPart, rate = (uint64_t)per_second.QuadPart;
  return ticks / rate * 1000000u + ticks % rate * 1000000u / rate;
}

uint64_t pc_filetime_now(void) {
  FILETIME now;
  GetSystemTimePreciseAsFileTime(&now);
  return (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
}

#else

#include <time.h>

void pc_lock_init(pc_lock *lock) { pthread_mutex_init(lock, NULL); }
void pc_lock_enter(pc_lock *lock) { pthread_mutex_lock(lock); }
void pc_lock_leave(pc_lock *lock) { pthread_mutex_unlock(lock); }
void pc_signal_init(pc_signal *signal) { pthread_cond_init(signal, NULL); }
void pc_signal_all(pc_signal *signal) { pthread_cond_broadcast(signal); }

bool pc_signal_wait(pc_signal *signal, pc_lock *lock, uint32_t timeout_ms) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += timeout_ms / 1000;
  until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
  if (until.tv_nsec >= 1000000000L) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000L;
  }
  return pthread_cond_timedwait(signal, lock, &until) == 0;
}

uint64_t pc_steady_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint64_t pc_filetime_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return ((uint64_t)now.tv_sec + 11644473600u) * 10000000u + (uint64_t)now.tv_nsec / 100u;
}

#endif
