export const underWine = process.env['TEST_UNDER_WINE'] === '1';

/** Reasons to skip, `false` on Windows itself. */
export const noEventLog = underWine && 'Wine has no event-log channels';
export const noAccessLists = underWine && 'Wine keeps owners and access lists only as far as Unix modes go';
export const noFirstInstance = underWine && 'Wine lets a second server join a pipe name';
export const noAuditPolicy = underWine && 'Wine answers no question about the audit policy';
