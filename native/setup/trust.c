/* Who may change the program that a step is about to run as SYSTEM: none of it can look at itself before it runs. */
#include "setup.h"
#include "../src/file/path_judge.h"

static void refuse(MSIHANDLE install, INSTALLMESSAGE kind, const wchar_t *path, const pc_path_report *report) {
  text line = {0};
  text_add(&line, path);
  if (report->offender_sid[0] != 0) text_add(&line, L" may be changed by ");
  else text_add(&line, L" is a link, has no access list, or cannot be looked at");
  for (const char *at = report->offender_sid; *at != 0; at++) text_add_unit(&line, (wchar_t)*at);
  text_add(&line, L": nothing of it is run as SYSTEM; INSTALLDIR has to be a folder that only administrators may change");
  if (!line.failed) say(install, kind, line.units);
  text_free(&line);
}

static bool is_safe(MSIHANDLE install, const step_data *data, const wchar_t *name) {
  pc_cause cause = {.size = sizeof cause};
  pc_path_report report = {0};
  text path = {0};
  text_add(&path, data->folder);
  text_add(&path, name);
  if (path.failed) {
    text_free(&path);
    return false;
  }
  /* The steps run as SYSTEM: what they may change themselves is no danger. */
  int32_t code = pc_path_judge(path.units, true, &report, &cause);
  /* What is not there cannot be run. */
  bool safe = code == PC_E_NOT_FOUND || (code == PC_OK && report.problems == 0);
  if (!safe) refuse(install, data->forced ? INSTALLMESSAGE_INFO : INSTALLMESSAGE_ERROR, path.units, &report);
  text_free(&path);
  return safe;
}

bool is_program_safe(MSIHANDLE install, const step_data *data) {
  static const wchar_t *const names[] = {L"", L"\\bin", L"\\bin\\node.exe", L"\\lib", L"\\lib\\problemchild",
                                         L"\\lib\\problemchild\\problemchild.mjs"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!is_safe(install, data, names[i])) return false;
  }
  return true;
}
