/* Kernel paths to drive-letter paths. */
#ifndef PC_ENRICH_PATHS_H
#define PC_ENRICH_PATHS_H

#include "../decode/text.h"

enum { PC_PATH_UNITS = 4096 };

/*
 * \Device\HarddiskVolume3\Windows\… to C:\Windows\…, \Device\Mup\server\… to \\server\…, and
 * \SystemRoot\… and \??\C:\… as well.
 * The length in units of `path` (terminated), 0 when no drive letter is mounted there or it does
 * not fit. Mounts are read again, at most once a second, when a path does not resolve.
 */
uint32_t pc_path_from_nt(pc_span nt_path, wchar_t path[PC_PATH_UNITS]);

#endif
