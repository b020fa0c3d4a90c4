/* Who may change a file or folder, by its owner and access list. */
#ifndef PC_FILE_PATH_JUDGE_H
#define PC_FILE_PATH_JUDGE_H

#include "problemchild.h"

#include <stdbool.h>
#include <windows.h>

/* SYSTEM, Administrators or TrustedInstaller. */
bool pc_is_trusted(PSID sid);

/* Whoever runs this. */
bool pc_is_own(PSID sid);

/* The thing itself, not what a link points to; INVALID_HANDLE_VALUE with its error. */
HANDLE pc_open_itself(const wchar_t *path, DWORD access);

/* Fills the report with what others than the trusted accounts, and with `trust_own` whoever runs this, may change. */
int32_t pc_path_judge(const wchar_t *path, bool trust_own, pc_path_report *report, pc_cause *cause);

#endif
