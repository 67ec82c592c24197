# What is installed: headers, the .proto files, and the package files that make the components from them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_DATADIR}/cmake/tandem")
set(tandem_proto_folder "${CMAKE_INSTALL_DATADIR}/tandem/proto")

install(TARGETS tandem EXPORT tandemTargets FILE_SET HEADERS)
install(EXPORT tandemTargets NAMESPACE tandem:: DESTINATION "${package_folder}")
install(DIRECTORY proto/ DESTINATION "${tandem_proto_folder}" OPTIONAL FILES_MATCHING PATTERN "*.proto")

configure_package_config_file(cmake/tandemConfig.cmake.in tandemConfig.cmake
    INSTALL_DESTINATION "${package_folder}" PATH_VARS tandem_proto_folder)
# Until 1.0 a minor version may break.
write_basic_package_version_file(tandemConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/tandemConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/tandemConfigVersion.cmake"
    cmake/tandem_components.cmake
    cmake/tandem_correct_websocketpp.cmake
    DESTINATION "${package_folder}")
