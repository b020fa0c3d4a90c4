/* A lock and a signal: SRWLOCK on Windows, pthread elsewhere (where only tests run). */
#ifndef PC_STREAM_SYNC_H
#define PC_STREAM_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef _WIN32
#include <windows.h>
typedef SRWLOCK pc_lock;
typedef CONDITION_VARIABLE pc_signal;
#else
#include <pthread.h>
typedef pthread_mutex_t pc_lock;
typedef pthread_cond_t pc_signal;
#endif

void pc_lock_init(pc_lock *lock);
void pc_lock_enter(pc_lock *lock);
void pc_lock_leave(pc_lock *lock);
void pc_signal_init(pc_signal *signal);
void pc_signal_all(pc_signal *signal);

/* Waits with the lock released meanwhile; false after timeout_ms. May wake for no reason. */
bool pc_signal_wait(pc_signal *signal, pc_lock *lock, uint32_t timeout_ms);

/* A clock that never goes back, for waits and windows. */
uint64_t pc_steady_us(void);

/* The time of day as a FILETIME. */
uint64_t pc_filetime_now(void);

#endif
