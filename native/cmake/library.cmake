# problemchild.dll, and problemchild-test.dll which alone can take its system functions from doubles.
function(pc_add_library name)
  add_library(${name} SHARED ${PC_NEUTRAL_SOURCES} ${PC_WINDOWS_SOURCES} ${PC_RESOURCES})
  target_link_libraries(${name} PRIVATE pc_settings advapi32)
  target_compile_definitions(${name} PRIVATE PC_BUILDING_DLL)
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden)
endfunction()

pc_add_library(problemchild)
pc_add_library(problemchild-test)
target_compile_definitions(problemchild-test PRIVATE PC_TEST_SEAM)
if(MINGW AND CMAKE_BUILD_TYPE STREQUAL "Release")
  target_link_options(problemchild PRIVATE -s)
endif()
