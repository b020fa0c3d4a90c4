/** Who is at the other end of a connection, as the system says it; never as the client claims. */
export interface Caller {
  /** For the log and the journal: account name or SID, and how it is known. */
  readonly name: string;
  readonly pid: number | undefined;
  /** What the caller may do: `admin` includes `read`. */
  readonly access: Access | undefined;
}

export type Access = 'read' | 'admin';

/** A connection of either side: bytes in, bytes out, each bounded in time. */
export interface Wire {
  /**
   * The next bytes; `undefined` when the other side has closed.
   * @throws AgentError PC_CONTROL_SILENT when nothing came within `timeoutMs`, PC_CONTROL_UNREACHABLE when the other side is gone
   */
  read(timeoutMs: number): Promise<Uint8Array | undefined>;
  /** Resolves when the other side, or the system for it, has taken everything. @throws as `read` */
  write(bytes: Uint8Array, timeoutMs: number): Promise<void>;
  close(): void;
}

/** A client as the server sees it. */
export interface ServerWire extends Wire {
  /** Known once something has been read. */
  identify(): Promise<Caller>;
}

/** How clients reach the agent. */
export interface ControlTransport {
  /** Where, for people. */
  readonly address: string;
  /** Takes clients until `close`. @throws AgentError PC_CONTROL_OPEN */
  listen(onClient: (wire: ServerWire) => void): Promise<void>;
  close(): Promise<void>;
}
