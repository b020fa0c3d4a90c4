import { hash } from 'node:crypto';

const idDigits = 20;

/** The entity id of a process whose source gives it none: of host, pid and start, as fine as the source tells it. */
export function deriveEntityId(hostKey: string, pid: number, startMs: number): string {
  return hash('sha256', `${hostKey}\0${pid}\0${startMs}`, 'hex').slice(0, idDigits);
}

/**
 * The entity id of a process known only as the parent of another: of the first child that named it. Its
 * true start is not known, so it must not look like the id of a process that started when its child did.
 */
export function deriveUnseenId(hostKey: string, pid: number, firstChildMs: number): string {
  return hash('sha256', `${hostKey}\0${pid}\0before ${firstChildMs}`, 'hex').slice(0, idDigits);
}

/** The entity id of a process whose own id is taken by a process of another host. */
export function deriveClashId(hostKey: string, entityId: string): string {
  return hash('sha256', `${hostKey}\0clash ${entityId}`, 'hex').slice(0, idDigits);
}
