# The message table (for the event log) and the version resource.
if(PC_WITHOUT_RESOURCES)
  set(PC_RESOURCES)
else()
  enable_language(RC)
  if(NOT PC_MESSAGE_COMPILER)
    find_program(PC_MESSAGE_COMPILER NAMES mc windmc REQUIRED)
  endif()
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/resource")
  file(MAKE_DIRECTORY "${generated}")
  string(REPLACE "." "," PC_VERSION_COMMAS "${PC_VERSION}.0")
  configure_file(resource/problemchild.rc.in "${generated}/problemchild.rc" @ONLY)
  add_custom_command(
    OUTPUT "${generated}/messages.rc"
    COMMAND ${PC_MESSAGE_COMPILER} -h "${generated}" -r "${generated}" "${CMAKE_CURRENT_SOURCE_DIR}/resource/messages.mc"
    DEPENDS resource/messages.mc)
  set_source_files_properties("${generated}/problemchild.rc" PROPERTIES
    OBJECT_DEPENDS "${generated}/messages.rc" INCLUDE_DIRECTORIES "${generated}")
  set(PC_RESOURCES "${generated}/problemchild.rc" "${generated}/messages.rc")
  set_source_files_properties("${generated}/messages.rc" PROPERTIES HEADER_FILE_ONLY TRUE)
endif()
