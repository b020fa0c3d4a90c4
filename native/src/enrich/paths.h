/* Kernel paths to drive-letter paths. */
#ifndef PC_ENRICH_PATHS_H
#define PC_ENRICH_PATHS_H

#include "../decode/text.h"

enum { PC_PATH_UNITS = 4096 };

/*
 * \Device\HarddiskVolume3\Windows\… to C:\Windows\…, \Device\Mup\server\… (and what other redirectors
 * bring) to \\server\…, and \SystemRoot\…, \??\C:\… and \??\UNC\server\… as well.
 * The length in units of `path` (terminated), 0 when no drive letter is mounted there or it does
 * not fit. Mounts are read again when they were read more than a second ago.
 */
uint32_t pc_path_from_nt(pc_span nt_path, wchar_t path[PC_PATH_UNITS]);

/* Whether a path, C:\… or the kernel's, is on a volume of this machine as far as the name of its device tells: not on a
   share, a redirected drive of a terminal session or another's file system, whether it has a letter or not, and no name
   without a folder. Where the bytes of a virtual disk lie, no name tells. */
bool pc_path_is_on_disk(const wchar_t *path, size_t units);

#endif
