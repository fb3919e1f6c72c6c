# SGCONV_VERSION: the version of the Maven project, which is written down once, in the parent pom.
set(sgconv_pom "${CMAKE_SOURCE_DIR}/pom.xml")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${sgconv_pom}")
file(READ "${sgconv_pom}" sgconv_pom_text)
if(NOT sgconv_pom_text MATCHES "<artifactId>sgconv-parent</artifactId>[ \n]*<version>([^<]+)</version>")
  message(FATAL_ERROR "sgconv: no <version> after <artifactId>sgconv-parent</artifactId> in ${sgconv_pom}")
endif()
set(SGCONV_VERSION "${CMAKE_MATCH_1}")
