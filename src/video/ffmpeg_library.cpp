// SPDX-License-Identifier: MIT
// Every function of FFmpeg that is used here stands in one list. Each name is defined as a jump
// through a slot, which load_ffmpeg fills in; a name that is missing from the list is missing at
// the link, too.
#include "video/ffmpeg_library.h"

#ifdef SCREENALYTICS_FFMPEG_LATE

#include "core/error.h"
#include "core/memory_watch.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include <dlfcn.h>

extern "C" {
#include <libavcodec/version.h>
#include <libavformat/version.h>
#include <libavutil/version.h>
#include <libswscale/version.h>
}

// clang-format off
#define SCREENALYTICS_FFMPEG_CALLS(X) \
  X(avutil, av_d2q) \
  X(avutil, av_dict_free) \
  X(avutil, av_dict_get) \
  X(avutil, av_dict_set) \
  X(avutil, av_dict_set_int) \
  X(avutil, av_display_rotation_set) \
  X(avutil, av_frame_alloc) \
  X(avutil, av_frame_copy_props) \
  X(avutil, av_frame_free) \
  X(avutil, av_frame_get_buffer) \
  X(avutil, av_frame_get_side_data) \
  X(avutil, av_free) \
  X(avutil, av_freep) \
  X(avutil, av_get_media_type_string) \
  X(avutil, av_get_pix_fmt_name) \
  X(avutil, av_log_set_level) \
  X(avutil, av_malloc) \
  X(avutil, av_match_list) \
  X(avutil, av_opt_set) \
  X(avutil, av_opt_set_double) \
  X(avutil, av_pix_fmt_desc_get) \
  X(avutil, av_rescale_q) \
  X(avutil, av_rescale_q_rnd) \
  X(avutil, av_strerror) \
  X(avutil, av_version_info) \
  X(avcodec, av_codec_is_decoder) \
  X(avcodec, av_codec_iterate) \
  X(avcodec, av_packet_alloc) \
  X(avcodec, av_packet_free) \
  X(avcodec, av_packet_rescale_ts) \
  X(avcodec, av_packet_unref) \
  X(avcodec, av_parser_close) \
  X(avcodec, av_parser_init) \
  X(avcodec, av_parser_parse2) \
  X(avcodec, avcodec_alloc_context3) \
  X(avcodec, avcodec_find_decoder) \
  X(avcodec, avcodec_find_encoder_by_name) \
  X(avcodec, avcodec_flush_buffers) \
  X(avcodec, avcodec_free_context) \
  X(avcodec, avcodec_get_name) \
  X(avcodec, avcodec_open2) \
  X(avcodec, avcodec_parameters_copy) \
  X(avcodec, avcodec_parameters_from_context) \
  X(avcodec, avcodec_parameters_to_context) \
  X(avcodec, avcodec_receive_frame) \
  X(avcodec, avcodec_receive_packet) \
  X(avcodec, avcodec_send_frame) \
  X(avcodec, avcodec_send_packet) \
  X(avformat, av_guess_frame_rate) \
  X(avformat, av_interleaved_write_frame) \
  X(avformat, av_probe_input_buffer2) \
  X(avformat, av_read_frame) \
  X(avformat, av_seek_frame) \
  X(avformat, av_stream_get_side_data) \
  X(avformat, av_stream_new_side_data) \
  X(avformat, av_write_trailer) \
  X(avformat, avformat_alloc_context) \
  X(avformat, avformat_alloc_output_context2) \
  X(avformat, avformat_close_input) \
  X(avformat, avformat_find_stream_info) \
  X(avformat, avformat_free_context) \
  X(avformat, avformat_index_get_entries_count) \
  X(avformat, avformat_new_stream) \
  X(avformat, avformat_open_input) \
  X(avformat, avformat_query_codec) \
  X(avformat, avformat_write_header) \
  X(avformat, avio_alloc_context) \
  X(avformat, avio_close) \
  X(avformat, avio_closep) \
  X(avformat, avio_context_free) \
  X(avformat, avio_open2) \
  X(avformat, avio_seek) \
  X(swscale, sws_freeContext) \
  X(swscale, sws_getCoefficients) \
  X(swscale, sws_getContext) \
  X(swscale, sws_isSupportedInput) \
  X(swscale, sws_scale) \
  X(swscale, sws_setColorspaceDetails)
// clang-format on

#define SCREENALYTICS_TEXT_OF(x) #x
#define SCREENALYTICS_TEXT(x) SCREENALYTICS_TEXT_OF(x)

#if defined(__x86_64__)
#define SCREENALYTICS_JUMP(slot) "endbr64\n jmp *" slot "(%rip)\n"
#elif defined(__aarch64__)
#define SCREENALYTICS_JUMP(slot) \
  "hint #34\n adrp x16, " slot "\n ldr x16, [x16, :lo12:" slot "]\n br x16\n"
#endif

extern "C" {

using screenalytics_slot = void (*)();

/// What every slot holds at first.
[[noreturn]] __attribute__((visibility("hidden"), used)) void screenalytics_ffmpeg_not_loaded() {
  std::fputs("screenalytics: a function of FFmpeg was called before load_ffmpeg()\n", stderr);
  std::abort();
}

// A jump, not a call: arguments, result and stack are none of its business. Hidden, so that
// FFmpeg's libraries do not find these among each other's names.
#define SCREENALYTICS_FORWARD(library, name)                                                  \
  extern __attribute__((visibility("hidden"))) screenalytics_slot screenalytics_slot_##name;  \
  __attribute__((used)) constinit screenalytics_slot screenalytics_slot_##name =              \
      screenalytics_ffmpeg_not_loaded;                                                        \
  asm(".pushsection .text\n .balign 16\n .globl " #name "\n .hidden " #name "\n .type " #name \
      ", %function\n" #name                                                                   \
      ":\n " SCREENALYTICS_JUMP("screenalytics_slot_" #name) " .size " #name ", .-" #name     \
                                                             "\n .popsection\n");
SCREENALYTICS_FFMPEG_CALLS(SCREENALYTICS_FORWARD)

}  // extern "C"

namespace screenalytics {
namespace {

enum Library { avutil, swscale, avcodec, avformat };
constexpr std::size_t kLibraries = 4;

struct About {
  const char* name;
  const char* version;  // of its interface: the number in its file's name
};

// In the order in which they need each other: each brings little more than itself.
constexpr std::array<About, kLibraries> kAbout{
    {{"avutil", SCREENALYTICS_TEXT(LIBAVUTIL_VERSION_MAJOR)},
     {"swscale", SCREENALYTICS_TEXT(LIBSWSCALE_VERSION_MAJOR)},
     {"avcodec", SCREENALYTICS_TEXT(LIBAVCODEC_VERSION_MAJOR)},
     {"avformat", SCREENALYTICS_TEXT(LIBAVFORMAT_VERSION_MAJOR)}}};

struct Call {
  Library library;
  const char* name;
  screenalytics_slot* slot;
};

#define SCREENALYTICS_CALL(library, name) Call{library, #name, &screenalytics_slot_##name},
constexpr std::array kCalls{SCREENALYTICS_FFMPEG_CALLS(SCREENALYTICS_CALL)};

/// The dynamic linker has words only.
bool is_no_memory(std::string_view why) {
  return why.find(std::generic_category().message(ENOMEM)) != std::string_view::npos ||
         why == "out of memory";
}

/// dlerror keeps its words for each thread (dlerror(3)).
[[noreturn]] void refuse(const About& about) {
  const char* const why = ::dlerror();  // NOLINT(concurrency-mt-unsafe)
  if (why != nullptr && is_no_memory(why)) throw std::bad_alloc();
  const std::string name = std::string("lib") + about.name;
  throw Error(ErrorKind::unavailable,
              "FFmpeg cannot be loaded: " + std::string(why != nullptr ? why : "unknown") +
                  "; install " + name + " " + about.version + " (Debian: " + name + about.version +
                  "), or build again with the FFmpeg that is here");
}

void* open_library(const About& about) {
  const std::string file = std::string("lib") + about.name + ".so." + about.version;
  void* const library = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) refuse(about);
  return library;
}

bool load_all() {
  std::array<void*, kLibraries> libraries{};
  for (std::size_t i = 0; i < libraries.size(); ++i) libraries[i] = open_library(kAbout[i]);
  for (const Call& call : kCalls) {
    void* const found = ::dlsym(libraries[call.library], call.name);
    if (found == nullptr) refuse(kAbout[call.library]);
    *call.slot = reinterpret_cast<screenalytics_slot>(found);
  }
  return true;
}

}  // namespace

void load_ffmpeg() {
  [[maybe_unused]] static const bool once =
      MemoryWatch().over(load_all);  // tried again after it threw
}

}  // namespace screenalytics

#else

namespace screenalytics {
void load_ffmpeg() {}
}  // namespace screenalytics

#endif
