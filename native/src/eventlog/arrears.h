/* Whether a channel holds events that its subscription should have handed over. */
#ifndef PC_EVENTLOG_ARREARS_H
#define PC_EVENTLOG_ARREARS_H

#include "channels.h"
#include "evt_api.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether there is an event of the channel's query newer than the record `*looked`. If not, `*looked` becomes the newest
 * record, so that each record is looked at once, however often it is asked. False also when the service does not say.
 */
bool pc_arrears_found(const pc_evt_api *api, const pc_channel *channel, uint64_t *looked);

#endif
