/** Ctrl-C, Ctrl-Break, a closed console and a polite kill, as one signal to abort by; a second one ends the process. */
export function listenForStop(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort(name);
  };
  const supported = names.filter((name) => name !== 'SIGBREAK' || process.platform === 'win32');
  for (const name of supported) process.on(name, stop);
  return {
    signal: controller.signal,
    dispose() {
      for (const name of supported) process.off(name, stop);
    },
  };
}
