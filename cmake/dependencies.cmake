# Everything outside the project, as imported targets (SYSTEM headers, hence silent).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(pugixml REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(Protobuf REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
# Loading FFmpeg costs 25 to 40 ms of one core, so it is loaded by hand, by those who need it, where video/ffmpeg_library.cpp
# knows how to jump there; elsewhere it is linked.
add_library(ffmpeg::ffmpeg INTERFACE IMPORTED)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|aarch64)$")
  set_target_properties(ffmpeg::ffmpeg PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${FFMPEG_INCLUDE_DIRS}"
    INTERFACE_COMPILE_DEFINITIONS SCREENALYTICS_FFMPEG_LATE
    INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")
  list(APPEND CMAKE_BUILD_RPATH ${FFMPEG_LIBRARY_DIRS})
else()
  target_link_libraries(ffmpeg::ffmpeg INTERFACE PkgConfig::FFMPEG)
endif()
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(FREETYPE REQUIRED IMPORTED_TARGET freetype2)
pkg_check_modules(FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig)
pkg_check_modules(FRIBIDI REQUIRED IMPORTED_TARGET fribidi)

# libyuv ships neither a CMake nor a pkg-config file on Debian 12.
find_path(YUV_INCLUDE_DIR libyuv.h REQUIRED)
find_library(YUV_LIBRARY yuv REQUIRED)
add_library(yuv::yuv UNKNOWN IMPORTED)
set_target_properties(yuv::yuv PROPERTIES IMPORTED_LOCATION ${YUV_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${YUV_INCLUDE_DIR})

# OpenCV's core and imgproc only: their CMake files live in libopencv-dev, which pulls in 159 packages.
find_path(OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE_LIBRARY opencv_core REQUIRED)
find_library(OPENCV_IMGPROC_LIBRARY opencv_imgproc REQUIRED)
add_library(opencv::imgproc UNKNOWN IMPORTED)
set_target_properties(opencv::imgproc PROPERTIES IMPORTED_LOCATION ${OPENCV_IMGPROC_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${OPENCV_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES ${OPENCV_CORE_LIBRARY})

# ONNX's own protobuf classes, for preparing models.
find_path(ONNX_INCLUDE_DIR onnx/onnx-ml.pb.h REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(onnx::proto UNKNOWN IMPORTED)
set_target_properties(onnx::proto PROPERTIES IMPORTED_LOCATION ${ONNX_PROTO_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${ONNX_INCLUDE_DIR}
  INTERFACE_COMPILE_DEFINITIONS "ONNX_NAMESPACE=onnx;ONNX_ML=1"
  INTERFACE_LINK_LIBRARIES protobuf::libprotobuf)

# ONNX Runtime: the user's own first (ONNXRUNTIME_ROOT, then a system package), else the pinned copy
# that the set-up script unpacked (SCREENALYTICS_ONNXRUNTIME_FALLBACK).
set(SCREENALYTICS_ONNXRUNTIME_FALLBACK "" CACHE PATH "Unpacked ONNX Runtime used when the system has none")
set(ONNXRUNTIME_ROOT "$ENV{ONNXRUNTIME_ROOT}" CACHE PATH "The user's own ONNX Runtime")
find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_c_api.h
  HINTS ${ONNXRUNTIME_ROOT} PATH_SUFFIXES include include/onnxruntime include/onnxruntime/core/session onnxruntime
  NO_CMAKE_FIND_ROOT_PATH)
find_library(ONNXRUNTIME_LIBRARY onnxruntime HINTS ${ONNXRUNTIME_ROOT} PATH_SUFFIXES lib lib64)
if(NOT ONNXRUNTIME_INCLUDE_DIR OR NOT ONNXRUNTIME_LIBRARY)
  unset(ONNXRUNTIME_INCLUDE_DIR CACHE)
  unset(ONNXRUNTIME_LIBRARY CACHE)
  find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_c_api.h
    PATHS ${SCREENALYTICS_ONNXRUNTIME_FALLBACK}/include NO_DEFAULT_PATH)
  find_library(ONNXRUNTIME_LIBRARY onnxruntime PATHS ${SCREENALYTICS_ONNXRUNTIME_FALLBACK}/lib NO_DEFAULT_PATH)
endif()
if(NOT ONNXRUNTIME_INCLUDE_DIR OR NOT ONNXRUNTIME_LIBRARY)
  message(FATAL_ERROR "ONNX Runtime was not found. Run ./bootstrap, or set ONNXRUNTIME_ROOT to your own.")
endif()
message(STATUS "ONNX Runtime: ${ONNXRUNTIME_LIBRARY}")
add_library(onnxruntime::onnxruntime UNKNOWN IMPORTED)
set_target_properties(onnxruntime::onnxruntime PROPERTIES IMPORTED_LOCATION ${ONNXRUNTIME_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR})

set(SCREENALYTICS_MEDIA_DIR "$ENV{SCREENALYTICS_MEDIA_DIR}" CACHE PATH "Real face videos and photos for tests")

if(SCREENALYTICS_TESTS)
  find_package(GTest REQUIRED)
endif()
set(SCREENALYTICS_TEST_PYTHON "python3" CACHE FILEPATH "Python with what tests/requirements.txt names, for tests that compare with programs that we did not write")
