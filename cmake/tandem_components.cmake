# tandem::<component>: the core plus one third party. Read by our own build and by the installed tandemConfig.cmake,
# so an adapter is had in the same way with add_subdirectory and with find_package(tandem COMPONENTS …).
set(tandem_components protobuf json sqlite jwt asio)

# For a websocketpp server of your own, adapters/websocketpp: it comes with your Asio and your websocketpp, so it is no
# component.
include("${CMAKE_CURRENT_LIST_DIR}/tandem_correct_websocketpp.cmake")

# Creates tandem::<component>. When its third party is not there, tandem_<component>_missing says so instead.
function(tandem_add_component component proto_folder)
    if(TARGET tandem::${component})
        return()
    endif()
    set(libraries)
    set(missing)
    cmake_language(CALL _tandem_find_${component})
    if(missing)
        set(tandem_${component}_missing "tandem::${component} needs ${missing}." PARENT_SCOPE)
        return()
    endif()
    if(component STREQUAL "protobuf")
        _tandem_generate_protobuf("${proto_folder}")
    else()
        add_library(tandem_${component} INTERFACE)
        target_link_libraries(tandem_${component} INTERFACE tandem::tandem ${libraries})
    endif()
    add_library(tandem::${component} ALIAS tandem_${component})
endfunction()

# Each of these sets either `libraries` or `missing`. Macros, because find_package's results are wanted by the caller.
macro(_tandem_find_protobuf)
    # Newer releases need their own package file (it knows about abseil); older ones have only CMake's module.
    if(NOT TARGET protobuf::libprotobuf)
        find_package(Protobuf QUIET CONFIG)
    endif()
    if(NOT TARGET protobuf::libprotobuf)
        find_package(Protobuf QUIET MODULE)
    endif()
    if(NOT TARGET protobuf::libprotobuf OR NOT TARGET protobuf::protoc)
        set(missing "Protobuf: its library and protoc (Debian: libprotobuf-dev protobuf-compiler)")
    endif()
endmacro()

macro(_tandem_find_json)
    if(NOT TARGET nlohmann_json::nlohmann_json)
        find_package(nlohmann_json QUIET)
    endif()
    set(libraries nlohmann_json::nlohmann_json)
    if(NOT TARGET nlohmann_json::nlohmann_json)
        set(missing "nlohmann/json (Debian: nlohmann-json3-dev)")
    endif()
endmacro()

macro(_tandem_find_sqlite)
    find_package(SQLite3 QUIET)
    set(libraries SQLite::SQLite3)
    if(NOT TARGET SQLite::SQLite3)
        set(missing "SQLite (Debian: libsqlite3-dev)")
    endif()
endmacro()

macro(_tandem_find_jwt)
    find_package(OpenSSL QUIET)
    set(libraries OpenSSL::Crypto)
    if(NOT TARGET OpenSSL::Crypto)
        set(missing "OpenSSL (Debian: libssl-dev)")
    endif()
endmacro()

macro(_tandem_find_asio)
    find_package(Threads QUIET)
    find_package(OpenSSL QUIET)
    find_path(TANDEM_ASIO_INCLUDE_DIR asio.hpp)
    find_path(TANDEM_WEBSOCKETPP_INCLUDE_DIR websocketpp/processors/hybi13.hpp)
    mark_as_advanced(TANDEM_ASIO_INCLUDE_DIR TANDEM_WEBSOCKETPP_INCLUDE_DIR)
    if(NOT TARGET OpenSSL::SSL OR NOT TARGET Threads::Threads
       OR NOT TANDEM_ASIO_INCLUDE_DIR OR NOT TANDEM_WEBSOCKETPP_INCLUDE_DIR)
        set(missing "Asio, OpenSSL and websocketpp's headers (Debian: libasio-dev libssl-dev libwebsocketpp-dev)")
    elseif(NOT TARGET tandem_asio_headers)
        add_library(tandem_asio_headers INTERFACE IMPORTED) # imported: its include folders are SYSTEM
        target_include_directories(tandem_asio_headers INTERFACE
            "${TANDEM_ASIO_INCLUDE_DIR}" "${TANDEM_WEBSOCKETPP_INCLUDE_DIR}")
        target_compile_definitions(tandem_asio_headers INTERFACE ASIO_STANDALONE)
    endif()
    set(libraries tandem_asio_headers OpenSSL::SSL Threads::Threads)
endmacro()

# Generated code must match the protobuf of whoever builds, so it is made here, with their protoc, never shipped.
# Not protobuf_generate: in CMake 3.25 it puts the output of installed .proto files in the wrong place.
function(_tandem_generate_protobuf proto_folder)
    set(out "${CMAKE_CURRENT_BINARY_DIR}/tandem_protobuf")
    file(MAKE_DIRECTORY "${out}")
    file(GLOB_RECURSE protos CONFIGURE_DEPENDS RELATIVE "${proto_folder}" "${proto_folder}/tandem/*.proto")
    set(sources)
    foreach(proto IN LISTS protos)
        string(REGEX REPLACE "\\.proto$" ".pb" base "${proto}")
        add_custom_command(
            OUTPUT "${out}/${base}.cc" "${out}/${base}.h"
            COMMAND protobuf::protoc "--proto_path=${proto_folder}" "--cpp_out=${out}" "${proto}"
            DEPENDS "${proto_folder}/${proto}" protobuf::protoc
            COMMENT "protoc ${proto}" VERBATIM)
        list(APPEND sources "${out}/${base}.cc" "${out}/${base}.h")
    endforeach()
    if(NOT sources)
        add_library(tandem_protobuf INTERFACE)
        target_link_libraries(tandem_protobuf INTERFACE tandem::tandem protobuf::libprotobuf)
        return()
    endif()
    add_library(tandem_protobuf STATIC ${sources})
    target_include_directories(tandem_protobuf SYSTEM PUBLIC "${out}")
    target_link_libraries(tandem_protobuf PUBLIC tandem::tandem protobuf::libprotobuf)
endfunction()
