#!/usr/bin/env bash
# Builds build/native/problemchild.dll, its test build and the doubles with mingw-w64.
# On Windows use CMake directly: cmake -S native -B build/native && cmake --build build/native
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in cmake x86_64-w64-mingw32-gcc x86_64-w64-mingw32-windmc; do
  if ! command -v "$tool" >/dev/null; then
    echo "native: skipped, $tool is not installed (Debian: gcc-mingw-w64-x86-64 cmake)"
    exit 0
  fi
done
version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
cmake -S native -B build/native -DCMAKE_TOOLCHAIN_FILE=cmake/mingw-x64.cmake -DPC_VERSION="$version" >build-native.log 2>&1 ||
  { cat build-native.log; rm -f build-native.log; exit 1; }
rm -f build-native.log
cmake --build build/native -- ${MAKEFLAGS:-}
echo "native: built build/native/problemchild.dll"
