# For our own tests, examples and benchmarks. Nothing here reaches who uses the library.
add_library(tandem_warnings INTERFACE)
target_compile_options(tandem_warnings INTERFACE -Wall -Wextra -Wconversion -Werror)

# The core and every component that is on.
add_library(tandem_everything INTERFACE)
target_link_libraries(tandem_everything INTERFACE tandem::tandem)
foreach(component IN LISTS tandem_components)
    if(TARGET tandem::${component})
        target_link_libraries(tandem_everything INTERFACE tandem::${component})
    endif()
endforeach()

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_CXX_EXTENSIONS OFF)
    find_program(TANDEM_CCACHE ccache)
    mark_as_advanced(TANDEM_CCACHE)
    if(TANDEM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        # Sloppy only about what a precompiled header makes ccache doubt.
        set(CMAKE_CXX_COMPILER_LAUNCHER
            "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${TANDEM_CCACHE}")
    endif()
endif()

# By what a file's path or its #include lines say, it needs the component.
set(protobuf_needed "adapters/protobuf|\\.pb\\.h|google/protobuf")
set(json_needed "adapters/(json|routes)|nlohmann/")
set(sqlite_needed "adapters/sqlite|sqlite3\\.h")
set(jwt_needed "adapters/jwt")
set(asio_needed "adapters/(asio|websocketpp)|transport/websocket|<asio|websocketpp/")

# Its endpoint layer, which is to be corrected.
set(websocketpp_endpoint_needed "adapters/websocketpp|websocketpp/(server|client|config/asio)")

function(tandem_needs file component answer)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE path)
    file(STRINGS "${file}" includes REGEX "^ *#include.*(${${component}_needed})")
    if(includes OR path MATCHES "${${component}_needed}")
        set(${answer} TRUE PARENT_SCOPE)
    else()
        set(${answer} FALSE PARENT_SCOPE)
    endif()
endfunction()

# Takes out of a list of files those that need a component which is off.
function(tandem_keep_enabled files)
    foreach(component IN LISTS tandem_components)
        if(TARGET tandem::${component})
            continue()
        endif()
        foreach(file IN LISTS ${files})
            tandem_needs("${file}" ${component} needed)
            if(needed)
                list(REMOVE_ITEM ${files} "${file}")
            endif()
        endforeach()
    endforeach()
    set(${files} "${${files}}" PARENT_SCOPE)
endfunction()
