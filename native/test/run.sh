#!/usr/bin/env bash
# Tests of the native library that run on Linux: decoders, join, ring, handles; with sanitizers.
# PC_FUZZ_SECONDS (default 20) is how long each fuzz target runs; 0 leaves them out.
# The last line counts test programs: "native: N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=0 skipped=0
build=build/native-test
payloads=../shared/data/etw/process-typegroup1-v4.json
fuzz_seconds=${PC_FUZZ_SECONDS:-20}

count() { if [ "$1" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
skip() { echo "native: skipped, $1"; skipped=$((skipped + 1)); }
finish() { echo "native: $passed passed, $failed failed, $skipped skipped"; exit $((failed > 0)); }

compiler=$(command -v clang || command -v gcc || true)
if [ -z "$compiler" ] || ! command -v cmake >/dev/null; then
  skip "neither compiler and CMake (Debian: clang cmake libclang-rt-14-dev)"
  finish
fi
mkdir -p "$build"
if ! { cmake -S native -B "$build" -DCMAKE_C_COMPILER="$compiler" && cmake --build "$build"; } >"$build/build.log" 2>&1; then
  cat "$build/build.log"
  count 1
  finish
fi

mkdir -p "$build"/corpus/fuzz_{decode,join,record,stream}
"$build/test/decode_test" "$build/corpus/fuzz_decode" >/dev/null 2>&1

for test in account_cache_test decode_test file_cache_test join_test kinship_test stream_test stream_threads_test; do
  "$build/test/$test"
  count $?
done

if [ -f "$payloads" ]; then
  node native/test/real-payloads.mjs "$payloads" >"$build/payloads.txt" && "$build/test/real_payloads_test" "$build/payloads.txt"
  count $?
else
  skip "recorded kernel payloads are not at $payloads"
fi

for target in fuzz_decode fuzz_join fuzz_record fuzz_stream; do
  if [ "$fuzz_seconds" -eq 0 ] || [ ! -x "$build/test/$target" ]; then
    skip "$target (needs clang and PC_FUZZ_SECONDS above 0)"
    continue
  fi
  if "$build/test/$target" -max_total_time="$fuzz_seconds" -timeout=10 -max_len=8192 -artifact_prefix="$build/" \
    "$build/corpus/$target" >"$build/$target.log" 2>&1; then
    grep -E '^Done|stat::number_of_executed' "$build/$target.log" | tail -1
    count 0
  else
    tail -40 "$build/$target.log"
    count 1
  fi
done
finish
