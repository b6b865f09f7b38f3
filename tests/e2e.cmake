# Whole-program tests on real video and real models, one script a subject.
foreach(subject determinism artifacts refusals facebank people overlay screentime cpu bench crash)
  add_test(NAME e2e.${subject}
    COMMAND ${CMAKE_SOURCE_DIR}/tests/e2e/${subject}_test.py
      --program $<TARGET_FILE:screenalytics> --models ${CMAKE_BINARY_DIR}/test-models
      --media ${SCREENALYTICS_MEDIA_DIR} --shared ${CMAKE_SOURCE_DIR}/../shared)
  set_tests_properties(e2e.${subject} PROPERTIES LABELS case FIXTURES_REQUIRED installed_models
    TIMEOUT 600 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endforeach()

# They measure CPU, so no other test runs beside them.
set_tests_properties(e2e.cpu e2e.bench PROPERTIES RUN_SERIAL ON)

# Scores against programs that we did not write (tests/requirements.txt).
foreach(subject scores people_and_seconds export sync sync_versitygw)
  add_test(NAME e2e.${subject}
    COMMAND ${SCREENALYTICS_TEST_PYTHON} -B ${CMAKE_SOURCE_DIR}/tests/e2e/${subject}_test.py
      --program $<TARGET_FILE:screenalytics> --models ${CMAKE_BINARY_DIR}/test-models
      --media ${SCREENALYTICS_MEDIA_DIR} --shared ${CMAKE_SOURCE_DIR}/../shared)
  set_tests_properties(e2e.${subject} PROPERTIES LABELS case FIXTURES_REQUIRED installed_models
    TIMEOUT 600 SKIP_RETURN_CODE 77)
endforeach()
