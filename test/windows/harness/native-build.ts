import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasTool, runTool } from '../../../installer/run-tool.ts';
import { checkout, nativeBuild } from './layout.ts';
import { WindowsUnavailable } from './unavailable.ts';

const compilerPackages = ['gcc-mingw-w64-x86-64', 'cmake', 'make'];

/** Builds the native library and its test doubles into build/native; quick when nothing changed. */
export function buildNative(report: (line: string) => void): void {
  const source = join(checkout, 'native');
  if (!existsSync(join(source, 'CMakeLists.txt'))) return;
  if (process.platform !== 'win32') installCompiler(report);
  report('building native/');
  if (process.platform !== 'win32') {
    runTool('bash', [join(source, 'build.sh')]);
    return;
  }
  // Visual Studio would put what it builds into a folder per configuration.
  const output = `-DCMAKE_RUNTIME_OUTPUT_DIRECTORY_RELEASE=${nativeBuild}`;
  runTool('cmake', ['-S', source, '-B', nativeBuild, output]);
  runTool('cmake', ['--build', nativeBuild, '--config', 'Release']);
}

function installCompiler(report: (line: string) => void): void {
  if (['x86_64-w64-mingw32-gcc', 'x86_64-w64-mingw32-windmc', 'cmake', 'make'].every((tool) => hasTool(tool)))
    return;
  report(`installing ${compilerPackages.join(', ')}`);
  try {
    runTool('apt-get', ['update', '-q']);
    runTool('apt-get', ['install', '-y', '-q', ...compilerPackages], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    throw new WindowsUnavailable(
      `the compiler for Windows could not be installed: ${(error as Error).message}`,
    );
  }
}
