import * as z from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Nothing that leads out of the bundle. */
const FileName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}\.(?:gz|json|ndjson)$/);

const BundleFileSchema = z.strictObject({
  file: FileName,
  bytes: z.int().min(0),
  sha256: Sha256,
});

const ImageCopySchema = z.strictObject({
  path: z.string(),
  /** Name in the bundle: compressed, so that nobody starts it by mistake. */
  file: FileName,
  /** Of the image, as far as it was copied; lower-case hexadecimal. */
  bytes: z.int().min(0),
  sha256: Sha256,
  isCut: z.boolean(),
});

/** What lies in one bundle. Read back from a folder that others may have got at, so it is checked. */
export const EvidenceManifestSchema = z.strictObject({
  version: z.literal(2),
  /** Of the action. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  collectedMs: z.number(),
  /** Who asked for the action: `agent`, or the person. */
  by: z.string(),
  /** The event in ECS: command line, parent, user, hashes that the source had. */
  event: z.record(z.string(), z.unknown()),
  rule: z.strictObject({ id: z.string(), name: z.string() }).optional(),
  eventIds: z.array(z.string()),
  /** Known once the incident is. */
  incidentId: z.string().optional(),
  image: ImageCopySchema.optional(),
  /** All files of the bundle but the manifest, the image's among them, as they lie there. */
  files: z.array(BundleFileSchema).max(64),
  /** What could not be had, and why. */
  missing: z.array(z.strictObject({ what: z.string(), why: z.string() })).max(64),
});

export type EvidenceManifest = z.output<typeof EvidenceManifestSchema>;
export type BundleFile = z.output<typeof BundleFileSchema>;
export type ImageCopy = z.output<typeof ImageCopySchema>;
