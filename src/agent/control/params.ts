import * as z from 'zod';

/** What several commands take. */
export const nothing = z.strictObject({});
/** Why a person wants it, for the journal. */
export const reason = z.string().trim().min(1).max(500);
