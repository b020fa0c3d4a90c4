/* The six ETW functions, from System32's advapi32 (or, in a test build, from a double). */
#ifndef PC_ETW_ETW_API_H
#define PC_ETW_ETW_API_H

#include <stdbool.h>
#include <windows.h>
#include <evntrace.h>
#include <evntcons.h>

typedef struct pc_etw_api {
  ULONG(WINAPI *start)(TRACEHANDLE *, LPCWSTR, EVENT_TRACE_PROPERTIES *);
  ULONG(WINAPI *control)(TRACEHANDLE, LPCWSTR, EVENT_TRACE_PROPERTIES *, ULONG);
  ULONG(WINAPI *enable)(TRACEHANDLE, LPCGUID, ULONG, UCHAR, ULONGLONG, ULONGLONG, ULONG,
                        ENABLE_TRACE_PARAMETERS *);
  TRACEHANDLE(WINAPI *open)(EVENT_TRACE_LOGFILEW *);
  ULONG(WINAPI *process)(TRACEHANDLE *, ULONG, LPFILETIME, LPFILETIME);
  ULONG(WINAPI *close)(TRACEHANDLE);
} pc_etw_api;

bool pc_etw_functions(pc_etw_api *api);

#endif
