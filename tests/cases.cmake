# One test per text case: tests/run_case.py makes the episode, harvests it and checks what is expected.
find_package(Python3 3.10 REQUIRED COMPONENTS Interpreter)
file(GLOB case_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/cases/*.case)
foreach(case_file ${case_files})
  cmake_path(GET case_file STEM case_name)
  add_test(NAME case.${case_name}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tests/run_case.py ${case_file}
      --program $<TARGET_FILE:screenalytics> --models ${CMAKE_BINARY_DIR}/test-models
      --media ${SCREENALYTICS_MEDIA_DIR} --work ${CMAKE_BINARY_DIR}/cases/${case_name})
  set_tests_properties(case.${case_name} PROPERTIES
    LABELS case FIXTURES_REQUIRED installed_models TIMEOUT 600)
endforeach()
