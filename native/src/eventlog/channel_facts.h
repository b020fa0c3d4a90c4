/* How much a channel holds, now. */
#ifndef PC_EVENTLOG_CHANNEL_FACTS_H
#define PC_EVENTLOG_CHANNEL_FACTS_H

#include "evt_api.h"
#include "problemchild.h"

/* Fills in the counts of records and bytes; one that cannot be read is left as it is. */
int32_t pc_channel_measure(const pc_evt_api *api, const wchar_t *name, pc_channel_facts *facts, pc_cause *cause);

#endif
