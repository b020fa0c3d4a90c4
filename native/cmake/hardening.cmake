# Warnings are errors, and the binary takes every protection the toolchain has.
add_library(pc_settings INTERFACE)
target_compile_features(pc_settings INTERFACE c_std_17)
target_include_directories(pc_settings INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/include")

if(MSVC)
  # 4204 and 4221 call initialisers an extension that have been C since 1999.
  target_compile_options(pc_settings INTERFACE /W4 /wd4204 /wd4221 /WX /GS /sdl /guard:cf /utf-8)
  target_compile_definitions(pc_settings INTERFACE _CRT_SECURE_NO_WARNINGS)
  target_link_options(pc_settings INTERFACE /guard:cf /DYNAMICBASE /HIGHENTROPYVA /NXCOMPAT /DEPENDENTLOADFLAG:0x800)
  if(CMAKE_C_COMPILER_ARCHITECTURE_ID STREQUAL "x64")
    target_link_options(pc_settings INTERFACE /CETCOMPAT) # shadow stacks: the linker refuses it for arm64
  endif()
  set(CMAKE_MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")
else()
  target_compile_options(pc_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wvla -Werror -fstack-protector-strong)
  if(WIN32)
    # -static: nothing of the compiler's runtime travels as a DLL.
    target_link_options(pc_settings INTERFACE -static -fstack-protector-strong LINKER:--nxcompat LINKER:--dynamicbase LINKER:--high-entropy-va)
  endif()
endif()

if(WIN32)
  target_compile_definitions(pc_settings INTERFACE UNICODE _UNICODE _WIN32_WINNT=0x0a00 WIN32_LEAN_AND_MEAN)
endif()
