#include "channels.h"

#include <stddef.h>

/*
 * Fields are those of every schema and version since Sysmon 3 and Windows 8.1: an event that lacks
 * one has no value for it, and an event with new ones keeps the rest. Sources: Sysmon's manifest,
 * Microsoft's description of events 4688 and 4689.
 */
static const pc_channel sysmon = {
    .name = L"Microsoft-Windows-Sysmon/Operational",
    .query = L"*[System[(EventID=1 or EventID=3 or EventID=5 or EventID=22 or EventID=255)]]",
    .event_count = 5,
    .events = {
        {1, 23, {L"RuleName", L"UtcTime", L"ProcessGuid", L"ProcessId", L"Image", L"FileVersion", L"Description",
                 L"Product", L"Company", L"OriginalFileName", L"CommandLine", L"CurrentDirectory", L"User",
                 L"LogonGuid", L"LogonId", L"TerminalSessionId", L"IntegrityLevel", L"Hashes",
                 L"ParentProcessGuid", L"ParentProcessId", L"ParentImage", L"ParentCommandLine", L"ParentUser"}},
        {3, 18, {L"RuleName", L"UtcTime", L"ProcessGuid", L"ProcessId", L"Image", L"User", L"Protocol",
                 L"Initiated", L"SourceIsIpv6", L"SourceIp", L"SourceHostname", L"SourcePort",
                 L"SourcePortName", L"DestinationIsIpv6", L"DestinationIp", L"DestinationHostname",
                 L"DestinationPort", L"DestinationPortName"}},
        {5, 6, {L"RuleName", L"UtcTime", L"ProcessGuid", L"ProcessId", L"Image", L"User"}},
        {22, 9, {L"RuleName", L"UtcTime", L"ProcessGuid", L"ProcessId", L"QueryName", L"QueryStatus",
                 L"QueryResults", L"Image", L"User"}},
        {255, 3, {L"UtcTime", L"ID", L"Description"}},
    },
};

static const pc_channel security = {
    .name = L"Security",
    .query = L"*[System[(EventID=4688 or EventID=4689)]]",
    .event_count = 2,
    .events = {
        {4688, 15, {L"SubjectUserSid", L"SubjectUserName", L"SubjectDomainName", L"SubjectLogonId",
                    L"NewProcessId", L"NewProcessName", L"TokenElevationType", L"ProcessId", L"CommandLine",
                    L"TargetUserSid", L"TargetUserName", L"TargetDomainName", L"TargetLogonId",
                    L"ParentProcessName", L"MandatoryLabel"}},
        {4689, 7, {L"SubjectUserSid", L"SubjectUserName", L"SubjectDomainName", L"SubjectLogonId", L"Status",
                   L"ProcessId", L"ProcessName"}},
    },
};

const pc_channel *pc_channel_named(const wchar_t *name) {
  if (_wcsicmp(name, sysmon.name) == 0) return &sysmon;
  if (_wcsicmp(name, security.name) == 0) return &security;
  return NULL;
}
