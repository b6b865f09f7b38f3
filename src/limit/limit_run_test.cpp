// SPDX-License-Identifier: MIT
#include "limit/limit_run.h"

#include "budget/cgroup.h"
#include "budget/cpu_mask.h"
#include "core/error.h"
#include "limit/test_commands.h"
#include "store/json_lines.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

class LimitRun : public Commands {
 protected:
  LimitOptions options(const std::vector<std::string>& command,
                       double percent = 100,
                       LimitMethod method = LimitMethod::automatic) const {
    return {.command = command,
            .limit = {.percent = percent, .method = method},
            .report = in("report.json"),
            .quiet = true,
            .grace = 200ms};
  }
  int run(const LimitOptions& wanted) const { return Limited(wanted).wait(); }
  Json report() const { return Json::parse(text_in(in("report.json"))); }
  std::string events() const { return report().at("events").dump(); }
};

TEST_F(LimitRun, PassesExitCodesAndSignalsOn) {
  EXPECT_EQ(run(options({"sh", "-c", "exit 7"})), 7);
  EXPECT_EQ(report().at("exit_code"), 7);
  EXPECT_EQ(report().at("signal"), nullptr);
  EXPECT_EQ(run(options({"sh", "-c", "kill -SEGV $$"})), 128 + SIGSEGV);
  EXPECT_EQ(report().at("signal"), SIGSEGV);
}

TEST_F(LimitRun, SaysWhenACommandIsNotThereOrCannotBeRun) {
  EXPECT_EQ(run(options({"no-such-program-anywhere"})), 127);
  EXPECT_EQ(run(options({"/"})), 126);
}

TEST_F(LimitRun, TheCommandHasOurStreamsFolderAndArguments) {
  std::ofstream(in("input")) << "in";
  EXPECT_EQ(run(options(shell("cd $0 && cat < input > output"))), 0);
  EXPECT_EQ(text_in(in("output")), "in");
}

TEST_F(LimitRun, AReportThatCannotBeWrittenIsRefusedBeforeAnythingRuns) {
  LimitOptions wanted = options(shell("touch $0/ran"));
  std::ofstream(in("file")) << "x";
  wanted.report = in("file") / "report.json";
  EXPECT_EQ(run(wanted), 99);
  EXPECT_FALSE(std::filesystem::exists(in("ran")));
}

TEST_F(LimitRun, HoldsAFractionAndSaysWhatWasUsed) {
  EXPECT_EQ(run(options(spin({"--seconds", "1.5"}), 50)), 0);
  const Json found = report();
  const double allowed = 0.5 * found.at("wall_seconds").get<double>();
  EXPECT_LE(found.at("cpu_seconds").get<double>(), 1.06 * allowed + 0.02);
  EXPECT_GT(found.at("cpu_seconds").get<double>(), 0.02);
  EXPECT_LE(found.at("windows").at("1").at("max").get<double>(), 55);
  EXPECT_EQ(found.at("peak_threads"), 18);
  EXPECT_EQ(found.at("peak_processes"), 2);
  // On a machine that is busy with other things it may get less than the cap.
  if (found.at("cpu_seconds").get<double>() > 0.95 * allowed) {
    EXPECT_GT(found.at("throttled_seconds").get<double>(), 0);
  }
}

TEST_F(LimitRun, TheGovernorHoldsAFractionWithoutAnyPrivilege) {
  const auto wanted =
      options(spin({"--seconds", "1.5", "--threads", "2", "--churn"}), 40, LimitMethod::governor);
  EXPECT_EQ(run(wanted), 0);
  const Json found = report();
  const double allowed = 0.4 * found.at("wall_seconds").get<double>();
  EXPECT_LE(found.at("cpu_seconds").get<double>(), 1.15 * allowed + 0.04);
  EXPECT_EQ(found.at("method"), "governor");
  if (found.at("cpu_seconds").get<double>() > 0.95 * allowed) {
    EXPECT_GT(found.at("throttled_seconds").get<double>(), 0.1);
  }
}

TEST_F(LimitRun, PassesSignalsOnToTheCommand) {
  const auto script =
      "trap 'echo usr1 >> $0/heard' USR1; trap 'echo term >> $0/heard; exit 5' TERM;"
      "touch $0/ready; while :; do sleep 0.02; done";
  Limited limited(options(shell(script)));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(in("ready")); }));
  limited.send(SIGUSR1);
  ASSERT_TRUE(eventually([&] { return text_in(in("heard")) == "usr1\n"; }));
  limited.send(SIGTERM);
  EXPECT_EQ(limited.wait(), 5);
  EXPECT_EQ(text_in(in("heard")), "usr1\nterm\n");
  EXPECT_EQ(report().at("ended_by"), "signal");
}

TEST_F(LimitRun, WhatIsLeftOfACommandThatWasToldToEndIsEnded) {
  Limited limited(options(shell("sh -c 'sleep 60; echo $0' $0 & touch $0/ready; wait")));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(in("ready")); }));
  limited.send(SIGTERM);
  EXPECT_EQ(limited.wait(), 128 + SIGTERM);
  EXPECT_THAT(marked(), IsEmpty());
}

TEST_F(LimitRun, ProcessesThatLeaveAreHeldAndWaitedFor) {
  EXPECT_EQ(run(options(spin({"--seconds", "0.3", "--threads", "1", "--forks", "0", "--leave"}))),
            0);
  EXPECT_GT(report().at("wall_seconds").get<double>(), 0.55);
  EXPECT_THAT(marked(), IsEmpty());
}

// Each way to die, under each way to hold the cap.
class LimitDeath : public LimitRun, public testing::WithParamInterface<LimitMethod> {
 protected:
  LimitOptions tree() const {
    return options(spin({"--seconds", "60", "--threads", "2", "--leave"}), 20, GetParam());
  }
  void SetUp() override {
    if (GetParam() != LimitMethod::cgroup) return;
    try {
      const CgroupLeaf possible("/", {});
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

TEST_P(LimitDeath, KillingTheWrapperEndsEverything) {
  Limited limited(tree());
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 4; }));
  limited.send(SIGKILL);
  EXPECT_EQ(limited.wait(), 128 + SIGKILL);
  EXPECT_TRUE(eventually([&] { return marked().empty(); }));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(in("report.json")); }));
  EXPECT_EQ(report().at("ended_by"), "wrapper");
}

TEST_P(LimitDeath, KillingTheKeeperEndsEverything) {
  Limited limited(tree());
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 4; }));
  ::kill(limited.keeper(), SIGKILL);
  EXPECT_EQ(limited.wait(), 128 + SIGKILL);
  EXPECT_THAT(marked(), IsEmpty());
}

TEST_P(LimitDeath, KillingTheCommandEndsWhatItStarted) {
  Limited limited(tree());
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 4; }));
  ::kill(processes_below(limited.keeper()).front(), SIGKILL);
  EXPECT_EQ(limited.wait(), 128 + SIGKILL);
  EXPECT_THAT(marked(), IsEmpty());
}

TEST_P(LimitDeath, KillingTheWholeGroupLeavesNothing) {
  Limited limited(tree());
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 4; }));
  ::kill(-limited.id(), SIGKILL);
  limited.wait();
  EXPECT_TRUE(eventually([&] { return marked().empty(); }));
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(in("report.json")); }));
}

INSTANTIATE_TEST_SUITE_P(Methods,
                         LimitDeath,
                         testing::Values(LimitMethod::cgroup, LimitMethod::governor),
                         [](const auto& test) { return std::string(name_of(test.param)); });

TEST_F(LimitRun, WhatDoesNotListenIsKilledAfterTheGrace) {
  Limited limited(options(spin({"--seconds", "60", "--threads", "1", "--ignore-term"})));
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 3; }));
  std::this_thread::sleep_for(50ms);  // until it ignores the signal
  limited.send(SIGKILL);
  limited.wait();
  EXPECT_TRUE(eventually([&] { return marked().empty(); }));
}

TEST_F(LimitRun, StoppingTheWrapperStopsTheCommandUntilItGoesOn) {
  for (const auto method : {LimitMethod::automatic, LimitMethod::governor}) {
    Limited limited(options(spin({"--seconds", "60", "--threads", "1"}), 50, method));
    ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 3; }));
    const auto command = processes_below(limited.keeper());
    limited.send(SIGSTOP);
    const auto state = [](pid_t process) { return look_at_process(process).value().state; };
    const auto for_long = [&](char wanted) {
      int seen = 0;
      return eventually([&] { return (seen = state(command[0]) == wanted ? seen + 1 : 0) > 20; });
    };
    EXPECT_TRUE(for_long('T')) << name_of(method);
    EXPECT_EQ(state(command.at(1)), 'T');
    const auto before = cpu_of_process(command[0]);
    limited.send(SIGCONT);
    EXPECT_TRUE(eventually([&] { return cpu_of_process(command[0]) > before + 5ms; }));
    limited.send(SIGTERM);
    EXPECT_EQ(limited.wait(), 128 + SIGTERM);
  }
}

TEST_F(LimitRun, AStoppedWrapperThatIsKilledLeavesNothingStopped) {
  Limited limited(options(spin({"--seconds", "60", "--threads", "1"})));
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 3; }));
  limited.send(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return any_stopped(); }));
  limited.send(SIGKILL);
  limited.wait();
  EXPECT_TRUE(eventually([&] { return marked().empty(); }));
}

TEST_F(LimitRun, AStoppedKeeperIsContinued) {
  Limited limited(options(spin({"--seconds", "0.5", "--threads", "1"}), 50));
  ASSERT_TRUE(eventually([&] { return limited.keeper() > 0; }));
  ::kill(limited.keeper(), SIGSTOP);
  EXPECT_EQ(limited.wait(), 0);
}

TEST_F(LimitRun, TheTerminalsStopKeyStopsBothAndTheShellContinuesThem) {
  Limited limited(options(spin({"--seconds", "60", "--threads", "1", "--forks", "0"})));
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 2; }));
  const auto command = processes_below(limited.keeper()).at(0);
  limited.send(SIGTSTP);
  EXPECT_TRUE(eventually([&] { return limited.is_stopped(); }));
  EXPECT_TRUE(eventually([&] { return look_at_process(command).value().state == 'T'; }));
  ::kill(-limited.id(), SIGCONT);
  EXPECT_TRUE(eventually([&] { return look_at_process(command).value().state != 'T'; }));
  limited.send(SIGINT);
  EXPECT_EQ(limited.wait(), 128 + SIGINT);
}

// The group of the command, in the hierarchy that has the quota.
std::filesystem::path group_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto at = line.find("screenalytics-");
    if (at == std::string::npos) continue;
    for (const auto& own : own_cpu_groups("/")) {
      const auto path = own.top / line.substr(line.rfind(':') + 1).substr(1);
      if (std::filesystem::exists(path)) return path;
    }
  }
  return {};
}

TEST_F(LimitRun, AGroupThatVanishesIsReplaced) {
  Limited limited(options(spin({"--seconds", "60", "--threads", "1"}), 30));
  ASSERT_TRUE(eventually([&] { return processes_below(limited.id()).size() >= 3; }));
  const auto tree = processes_below(limited.keeper());
  const auto group = group_of(tree.at(0));
  if (group.empty()) GTEST_SKIP() << "no control group can be written here";
  for (const pid_t process : tree)
    std::ofstream(group.parent_path() / "cgroup.procs") << process << std::flush;
  ASSERT_EQ(::rmdir(group.c_str()), 0);
  EXPECT_TRUE(eventually([&] { return !group_of(tree.at(0)).empty(); }));
  limited.send(SIGTERM);
  limited.wait();
  EXPECT_THAT(events(), HasSubstr("is gone"));
  EXPECT_THAT(events(), HasSubstr("put into a new one"));
}

TEST_F(LimitRun, AGroupThatIsGoneForGoodGivesWayToTheGovernor) {
  LimitOptions wanted = options(spin({"--seconds", "60", "--threads", "1"}), 30);
  wanted.limit.root = in("root");
  std::filesystem::create_directories(in("root/proc/self"));
  std::filesystem::create_directories(in("root/group"));
  std::ofstream(in("root/proc/self/cgroup")) << "4:cpu:/\n";
  std::ofstream(in("root/proc/self/mountinfo"))
      << "32 31 0:29 / /group rw - cgroup cgroup rw,cpu\n";
  EXPECT_EQ(run(options({"true"})), 0);
  Limited limited(wanted);  // a plain folder is no control group: its files cannot be written
  ASSERT_TRUE(eventually([&] { return any_stopped(); }));
  limited.send(SIGTERM);
  limited.wait();
  EXPECT_EQ(report().at("method"), "governor");
  EXPECT_THAT(report().at("notes").dump(), HasSubstr("no control group"));
}

TEST_F(LimitRun, OneCpuInTheMaskIsACapOf100) {
  const auto cpus = own_cpus();
  ASSERT_EQ(run_on({cpus.front()}), 0);
  EXPECT_EQ(run(options(spin({"--seconds", "0.5"}), 200)), 0);
  ASSERT_EQ(run_on(cpus), 0);
  EXPECT_EQ(report().at("cap_percent"), 100);
  EXPECT_EQ(report().at("method"), "affinity");
  EXPECT_THAT(report().at("notes").dump(), HasSubstr("1 CPU"));
  EXPECT_LE(report().at("windows").at("0.1").at("max").get<double>(), 115);
}

TEST_F(LimitRun, ThreadsThatChooseOtherCpusAreBroughtBack) {
  if (own_cpus().size() < 2) GTEST_SKIP() << "one CPU";
  EXPECT_EQ(run(options(spin({"--seconds", "1", "--all-cpus"}), 100)), 0);
  EXPECT_THAT(events(), HasSubstr("brought back"));
}

TEST_F(LimitRun, WithoutEnforcementItOnlyMeasures) {
  EXPECT_EQ(run(options(spin({"--seconds", "0.3"}), 10, LimitMethod::off)), 0);
  EXPECT_EQ(report().at("method"), "off");
  EXPECT_THAT(report().at("cpus"), IsEmpty());
}

}  // namespace
}  // namespace screenalytics
