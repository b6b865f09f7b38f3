# Awkward inputs, made by ffmpeg from a real face video, each run through the whole program.
find_package(Python3 COMPONENTS Interpreter QUIET)
find_program(SCREENALYTICS_FFMPEG ffmpeg)
if(Python3_FOUND AND SCREENALYTICS_FFMPEG)
  add_test(NAME awkward_inputs
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/awkward/run_matrix.py
      --program $<TARGET_FILE:screenalytics>
      --models ${CMAKE_BINARY_DIR}/test-models
      --media ${SCREENALYTICS_MEDIA_DIR}
      --work ${CMAKE_BINARY_DIR}/awkward)
  set_tests_properties(awkward_inputs PROPERTIES
    LABELS case FIXTURES_REQUIRED installed_models TIMEOUT 900 COST 1000)
endif()
