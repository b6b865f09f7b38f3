// SPDX-License-Identifier: MIT
#include "export/sqlite_file.h"

#include "core/error.h"

#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include <sqlite3.h>

namespace screenalytics {
namespace {

constexpr const char* kTables = R"sql(
PRAGMA foreign_keys = ON;
BEGIN;
CREATE TABLE episodes (
  ep_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, video TEXT NOT NULL,
  width INTEGER NOT NULL, height INTEGER NOT NULL, frames INTEGER NOT NULL,
  fps_numerator INTEGER NOT NULL, fps_denominator INTEGER NOT NULL,
  start_ts REAL NOT NULL, end_ts REAL NOT NULL,
  sampled_frames INTEGER NOT NULL, sampling_step_seconds REAL NOT NULL,
  faced_seconds REAL NOT NULL, known_seconds REAL NOT NULL, several_seconds REAL NOT NULL,
  error_bound_seconds REAL NOT NULL);
CREATE TABLE people (
  ep_id TEXT NOT NULL REFERENCES episodes, identity_id INTEGER NOT NULL,
  name TEXT NOT NULL, cast_id TEXT, named INTEGER NOT NULL,
  seconds REAL NOT NULL, bridged_seconds REAL NOT NULL, alone_seconds REAL NOT NULL,
  error_bound_seconds REAL NOT NULL, tracks INTEGER NOT NULL, faces INTEGER NOT NULL,
  shots INTEGER NOT NULL, dropped_stretches INTEGER NOT NULL,
  PRIMARY KEY (ep_id, identity_id));
CREATE TABLE shots (
  ep_id TEXT NOT NULL REFERENCES episodes, shot INTEGER NOT NULL,
  start_ts REAL NOT NULL, end_ts REAL NOT NULL,
  PRIMARY KEY (ep_id, shot));
CREATE TABLE tracks (
  ep_id TEXT NOT NULL, track_id INTEGER NOT NULL, shot INTEGER NOT NULL,
  identity_id INTEGER, state TEXT NOT NULL CHECK (state IN ('person', 'unknown', 'ignored')),
  reason TEXT, faces INTEGER NOT NULL,
  PRIMARY KEY (ep_id, track_id),
  FOREIGN KEY (ep_id, shot) REFERENCES shots,
  FOREIGN KEY (ep_id, identity_id) REFERENCES people);
CREATE TABLE sightings (
  ep_id TEXT NOT NULL, track_id INTEGER NOT NULL, frame_idx INTEGER NOT NULL, ts REAL NOT NULL,
  "left" REAL NOT NULL, top REAL NOT NULL, "right" REAL NOT NULL, bottom REAL NOT NULL,
  conf REAL NOT NULL,
  PRIMARY KEY (ep_id, track_id, frame_idx),
  FOREIGN KEY (ep_id, track_id) REFERENCES tracks) WITHOUT ROWID;
CREATE TABLE appearances (
  ep_id TEXT NOT NULL, identity_id INTEGER NOT NULL, number INTEGER NOT NULL,
  start_ts REAL NOT NULL, end_ts REAL NOT NULL CHECK (end_ts > start_ts),
  PRIMARY KEY (ep_id, identity_id, number),
  FOREIGN KEY (ep_id, identity_id) REFERENCES people) WITHOUT ROWID;
CREATE TABLE shot_presence (
  ep_id TEXT NOT NULL, shot INTEGER NOT NULL, identity_id INTEGER NOT NULL, seconds REAL NOT NULL,
  PRIMARY KEY (ep_id, shot, identity_id),
  FOREIGN KEY (ep_id, shot) REFERENCES shots,
  FOREIGN KEY (ep_id, identity_id) REFERENCES people) WITHOUT ROWID;
CREATE TABLE together (
  ep_id TEXT NOT NULL, identity_id INTEGER NOT NULL, other_id INTEGER NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (ep_id, identity_id, other_id),
  FOREIGN KEY (ep_id, identity_id) REFERENCES people,
  FOREIGN KEY (ep_id, other_id) REFERENCES people) WITHOUT ROWID;
CREATE TABLE settings (
  ep_id TEXT NOT NULL REFERENCES episodes, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (ep_id, name)) WITHOUT ROWID;
)sql";

constexpr const char* kIndices = R"sql(
CREATE INDEX tracks_by_identity ON tracks (ep_id, identity_id);
CREATE INDEX tracks_by_shot ON tracks (ep_id, shot);
CREATE INDEX sightings_by_time ON sightings (ep_id, ts);
CREATE INDEX appearances_by_time ON appearances (ep_id, start_ts);
COMMIT;
)sql";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FreeBytes {
  void operator()(unsigned char* bytes) const { sqlite3_free(bytes); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// A number, a text, or nothing.
using Cell = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

/// A database in memory.
class Database {
 public:
  Database() {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    handle_.reset(opened);
    check(code);
  }
  void run(const char* sql) { check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr)); }
  sqlite3* get() { return handle_.get(); }
  void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    if (code == SQLITE_NOMEM) throw std::bad_alloc();
    const char* fault = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    throw Error(ErrorKind::internal, std::string("cannot make the SQLite database: ") + fault);
  }
  std::vector<std::uint8_t> bytes() {
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, FreeBytes> image(
        sqlite3_serialize(handle_.get(), "main", &size, 0));
    if (!image) check(SQLITE_NOMEM);
    return {image.get(), image.get() + size};
  }

 private:
  std::unique_ptr<sqlite3, CloseDatabase> handle_;
};

/// Rows into one table.
class Insert {
 public:
  Insert(Database& database, const std::string& table, std::size_t columns) : database_(database) {
    std::string sql = "INSERT INTO " + table + " VALUES (?";
    for (std::size_t i = 1; i < columns; ++i) sql += ",?";
    sqlite3_stmt* prepared = nullptr;
    database.check(sqlite3_prepare_v2(database.get(), (sql + ")").c_str(), -1, &prepared, nullptr));
    statement_.reset(prepared);
  }
  void row(const std::vector<Cell>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) bind(static_cast<int>(i) + 1, cells[i]);
    database_.check(sqlite3_step(statement_.get()));
    database_.check(sqlite3_reset(statement_.get()));
  }

 private:
  void bind(int place, const Cell& cell) {
    sqlite3_stmt* const s = statement_.get();
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      database_.check(sqlite3_bind_int64(s, place, *number));
    } else if (const auto* real = std::get_if<double>(&cell)) {
      database_.check(sqlite3_bind_double(s, place, *real));
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      database_.check(sqlite3_bind_text(
          s, place, text->c_str(), static_cast<int>(text->size()), SQLITE_TRANSIENT));
    } else {
      database_.check(sqlite3_bind_null(s, place));
    }
  }

  Database& database_;
  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
};

std::int64_t number(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Four decimals, as artifacts have at most: not what a float happens to hold behind them.
double short_decimal(float value) { return std::round(double{value} * 10000) / 10000; }

Cell text_or_null(const std::string& text) { return text.empty() ? Cell(nullptr) : Cell(text); }

void add_episode(Database& database, const EpisodeExport& e) {
  const EpisodeScreenTime& t = e.time;
  Insert(database, "episodes", 16)
      .row({e.ep_id,
            e.run_id,
            e.video,
            std::int64_t{e.size.width},
            std::int64_t{e.size.height},
            e.frames,
            e.rate.numerator(),
            e.rate.denominator(),
            to_seconds(t.episode.begin),
            to_seconds(t.episode.end),
            t.sampled_frames,
            to_seconds(t.sampling_step),
            to_seconds(t.faced),
            to_seconds(t.known),
            to_seconds(t.several),
            to_seconds(t.error_bound)});
  Insert settings(database, "settings", 3);
  for (const auto& [name, value] : e.settings) settings.row({e.ep_id, name, value});
}

void add_people(Database& database, const EpisodeExport& e) {
  Insert people(database, "people", 13);
  Insert appearances(database, "appearances", 5);
  const auto add = [&](const ScreenTime& one, const std::string& name) {
    people.row({e.ep_id,
                one.identity.value,
                name,
                one.cast_id ? Cell(*one.cast_id) : Cell(nullptr),
                std::int64_t{one.named ? 1 : 0},
                to_seconds(one.total),
                to_seconds(one.bridged),
                to_seconds(one.alone),
                to_seconds(one.error_bound),
                one.tracks,
                one.faces,
                one.shots,
                one.dropped});
    for (std::size_t i = 0; i < one.appearances.size(); ++i) {
      const TimeSpan& span = one.appearances[i];
      appearances.row({e.ep_id,
                       one.identity.value,
                       number(i + 1),
                       to_seconds(span.begin),
                       to_seconds(span.end)});
    }
  };
  add(e.time.unknown, "unknown");
  for (const ScreenTime& one : e.time.people) add(one, one.name);
}

void add_company(Database& database, const EpisodeExport& e) {
  Insert together(database, "together", 4);
  const auto& people = e.time.people;
  for (std::size_t i = 0; i < people.size(); ++i) {
    for (std::size_t j = 0; j < people.size(); ++j) {
      if (e.time.together[i][j] == Duration::zero()) continue;
      together.row({e.ep_id,
                    people[i].identity.value,
                    people[j].identity.value,
                    to_seconds(e.time.together[i][j])});
    }
  }
}

void add_shots(Database& database, const EpisodeExport& e) {
  Insert shots(database, "shots", 4);
  Insert presence(database, "shot_presence", 4);
  for (const ShotPresence& shot : e.time.shots) {
    shots.row({e.ep_id, shot.shot.value, to_seconds(shot.span.begin), to_seconds(shot.span.end)});
    for (const auto& [id, length] : shot.present)
      presence.row({e.ep_id, shot.shot.value, id.value, to_seconds(length)});
  }
}

const char* name_of(ExportTrack::State state) {
  switch (state) {
    case ExportTrack::State::person:
      return "person";
    case ExportTrack::State::ignored:
      return "ignored";
    case ExportTrack::State::unknown:
      break;
  }
  return "unknown";
}

void add_tracks(Database& database, const EpisodeExport& e) {
  Insert tracks(database, "tracks", 7);
  Insert sightings(database, "sightings", 9);
  for (const ExportTrack& one : e.tracks) {
    tracks.row({e.ep_id,
                one.track.id.value,
                one.track.shot.value,
                one.state == ExportTrack::State::ignored ? Cell(nullptr) : Cell(one.identity.value),
                name_of(one.state),
                text_or_null(one.reason),
                one.faces});
    for (const Sighting& seen : one.track.sightings) {
      const Box& box = seen.detection.box;
      sightings.row({e.ep_id,
                     one.track.id.value,
                     seen.frame.value,
                     to_seconds(seen.time),
                     short_decimal(box.left),
                     short_decimal(box.top),
                     short_decimal(box.right),
                     short_decimal(box.bottom),
                     short_decimal(seen.detection.score)});
    }
  }
}

}  // namespace

std::vector<std::uint8_t> sqlite_database(const EpisodeExport& episode) {
  Database database;
  database.run(kTables);
  database.run(("PRAGMA user_version = " + std::to_string(kDatabaseVersion)).c_str());
  add_episode(database, episode);
  add_people(database, episode);
  add_company(database, episode);
  add_shots(database, episode);
  add_tracks(database, episode);
  database.run(kIndices);
  return database.bytes();
}

}  // namespace screenalytics
