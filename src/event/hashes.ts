import { hexDigest } from './field-value.ts';
import type { Hashes } from './process-event.ts';

/** No file hash at all. */
export const noHashes: Hashes = { md5: undefined, sha1: undefined, sha256: undefined, imphash: undefined };

/** Sysmon's `SHA1=…,MD5=…,SHA256=…,IMPHASH=…`, in any order and selection. Malformed parts are absent. */
export function parseSysmonHashes(text: string | undefined): Hashes {
  if (text === undefined || text === '') return noHashes;
  let md5: string | undefined;
  let sha1: string | undefined;
  let sha256: string | undefined;
  let imphash: string | undefined;
  for (const part of text.split(',')) {
    const cut = part.indexOf('=');
    const digest = part.slice(cut + 1);
    switch (part.slice(0, cut).toUpperCase()) {
      case 'MD5':
        md5 = hexDigest(digest, 32);
        break;
      case 'SHA1':
        sha1 = hexDigest(digest, 40);
        break;
      case 'SHA256':
        sha256 = hexDigest(digest, 64);
        break;
      case 'IMPHASH':
        imphash = hexDigest(digest, 32);
        break;
    }
  }
  return { md5, sha1, sha256, imphash };
}
