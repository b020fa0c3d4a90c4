/* What a query selects, and an event as XML. */
#ifndef PC_DOUBLES_EVENTLOG_QUERY_H
#define PC_DOUBLES_EVENTLOG_QUERY_H

#include "eventlog_store.h"

enum { XML_UNITS = 1 << 18 };

/* Of XPath: terms joined by `or`, each about TimeCreated/@SystemTime, Execution/@ProcessID, EventID, EventRecordID or a
   Data by its name. */
bool query_selects(const wchar_t *query, const stored_record *record);

/* Whether one of the terms is this EventID. */
bool query_names_event(const wchar_t *query, uint32_t event_id);

/* Escaped and terminated; its units. */
uint32_t write_xml(wchar_t *to, const stored_record *record);

#endif
