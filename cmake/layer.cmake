# Warnings, errors and sanitizers live in one interface target, linked privately by our own code only.
add_library(screenalytics_build_flags INTERFACE)
target_compile_options(screenalytics_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  # g++ warns of fields that a designated initialiser leaves to their defaults, which is the point of it.
  -Wno-missing-field-initializers)
if(SCREENALYTICS_WERROR)
  target_compile_options(screenalytics_build_flags INTERFACE -Werror)
endif()
if(SCREENALYTICS_SANITIZE)
  target_compile_options(screenalytics_build_flags INTERFACE
    -fsanitize=${SCREENALYTICS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    -Wno-maybe-uninitialized)  # g++ 12 sees it inside std::regex once sanitizers are on
  target_link_options(screenalytics_build_flags INTERFACE -fsanitize=${SCREENALYTICS_SANITIZE})
endif()

# screenalytics_layer(name USES other... HEADERS x.h... SOURCES x.cpp... TESTS x_test.cpp...
#                     SERIAL: its tests measure CPU, so no other test runs beside them
#                     LIBS third-party targets  MODEL_TESTS x_model_test.cpp...)
# One folder of src/: a static library, its unit tests (label "unit") and, where given, tests on real
# models or media (label "model"). tools/check_layers.py holds the folder's includes to USES.
function(screenalytics_layer name)
  cmake_parse_arguments(L "SERIAL" "" "USES;HEADERS;SOURCES;TESTS;MODEL_TESTS;LIBS" ${ARGN})
  set(target screenalytics_${name})
  add_library(${target} STATIC ${L_SOURCES})
  add_library(screenalytics::${name} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${L_HEADERS})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  foreach(use ${L_USES})
    target_link_libraries(${target} PUBLIC screenalytics::${use})
  endforeach()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:screenalytics_build_flags> ${L_LIBS})
  if(SCREENALYTICS_TESTS AND L_TESTS)
    set(serial "")
    if(L_SERIAL)
      set(serial SERIAL)
    endif()
    screenalytics_test(${target}_test LABEL unit ${serial} SOURCES ${L_TESTS} LIBS screenalytics::${name} ${L_LIBS})
  endif()
  if(SCREENALYTICS_TESTS AND L_MODEL_TESTS)
    screenalytics_test(${target}_model_test LABEL model SOURCES ${L_MODEL_TESTS} LIBS screenalytics::${name} ${L_LIBS})
  endif()
endfunction()

# screenalytics_test(target LABEL unit|model|case SOURCES ... LIBS ...)
function(screenalytics_test target)
  cmake_parse_arguments(T "SERIAL" "LABEL" "SOURCES;LIBS" ${ARGN})
  add_executable(${target} ${T_SOURCES})
  target_link_libraries(${target} PRIVATE ${T_LIBS} screenalytics_build_flags GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    SCREENALYTICS_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared"
    SCREENALYTICS_MEDIA_DIR="${SCREENALYTICS_MEDIA_DIR}"
    SCREENALYTICS_TEST_MODELS="${CMAKE_BINARY_DIR}/test-models"
    SCREENALYTICS_PROGRAM="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/screenalytics")
  set(properties LABELS ${T_LABEL} TIMEOUT 900)
  if(T_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  if(T_LABEL STREQUAL "model")
    list(APPEND properties FIXTURES_REQUIRED installed_models)
  endif()
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()
