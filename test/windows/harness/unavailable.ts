/** The machine cannot run Windows programs; the suite is skipped with this reason, never failed. */
export class WindowsUnavailable extends Error {
  override readonly name = 'WindowsUnavailable';
}
