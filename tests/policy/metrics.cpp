#include <tandem/policy/metrics.hpp>

#include "fixture.hpp"

#include <charconv>
#include <set>

using namespace tandem;

namespace {

std::uint64_t ticking = 0;
std::uint64_t tick() { return ticking += 700'000; }
std::uint64_t stand_still() { return 0; }

std::string written(const metrics& m) {
    std::string text;
    m.write(text);
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = text.find('\n', from);
        lines.push_back(text.substr(from, end - from));
        from = end == text.npos ? text.size() : end + 1;
    }
    return lines;
}

// What is not zero.
std::string moved(const metrics& m) {
    std::string all;
    for (const std::string& line : lines_of(written(m)))
        if (!line.starts_with('#') && !line.ends_with(" 0") && !line.ends_with(" 0.000000000")) all += line + '\n';
    return all;
}

// Reads the format as its specification has it, and complains in words.
class checker {
public:
    static std::vector<std::string> complaints_about(const std::string& text) {
        checker c;
        if (!text.ends_with('\n')) c.complain("no newline at its end");
        for (const std::string& line : lines_of(text)) c.read(line);
        c.end_family();
        return c.complaints_;
    }

private:
    struct sample {
        std::string name;
        std::map<std::string, std::string> labels;
        double value;
    };

    void complain(const std::string& what) { complaints_.push_back(what); }

    void read(const std::string& line) {
        if (line.starts_with("# HELP ")) return begin_family(line.substr(7));
        if (line.starts_with("# TYPE ")) return read_type(line.substr(7));
        if (type_.empty()) return complain("a sample before HELP and TYPE: " + line);
        if (auto s = sample_in(line)) samples_.push_back(std::move(*s));
        else complain("no sample: " + line);
    }

    void begin_family(const std::string& rest) {
        end_family();
        name_ = rest.substr(0, rest.find(' '));
        if (!families_.insert(name_).second) complain("comes twice: " + name_);
        if (!name_.starts_with("tandem_") || name_.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != name_.npos)
            complain("a bad name: " + name_);
        if (rest.size() < name_.size() + 3) complain("no help: " + name_);
    }
    void read_type(const std::string& rest) {
        if (!rest.starts_with(name_ + " ")) complain("TYPE of another: " + rest);
        type_ = rest.substr(rest.find(' ') + 1);
        if (type_ != "counter" && type_ != "gauge" && type_ != "histogram") complain("a bad type: " + type_);
        if ((type_ == "counter") != name_.ends_with("_total")) complain("only counters end so: " + name_);
    }

    static std::optional<sample> sample_in(const std::string& line) {
        sample s;
        std::size_t at = line.find_first_of("{ ");
        if (at == line.npos) return {};
        s.name = line.substr(0, at);
        while (line[at] == '{' || line[at] == ',') {
            const std::size_t equals = line.find("=\"", at), end = line.find('"', equals + 2);
            if (equals == line.npos || end == line.npos) return {};
            s.labels[line.substr(at + 1, equals - at - 1)] = line.substr(equals + 2, end - equals - 2);
            at = end + 1;
        }
        if (line[at] == '}') ++at;
        if (line[at++] != ' ') return {};
        const char* const end = line.data() + line.size();
        const auto [stop, wrong] = std::from_chars(line.data() + at, end, s.value);
        if (wrong != std::errc{} || stop != end || !(s.value >= 0)) return {};
        return s;
    }

    void end_family() {
        if (type_.empty() && name_.empty()) return;
        if (samples_.empty()) complain("no samples: " + name_);
        if (type_ == "histogram") check_histogram();
        else check_plain();
        samples_.clear();
        type_.clear();
    }

    void check_plain() {
        std::set<std::map<std::string, std::string>> series;
        for (const sample& s : samples_) {
            if (s.name != name_) complain("a sample of another: " + s.name);
            if (!series.insert(s.labels).second) complain("a series twice: " + name_);
        }
    }

    void check_histogram() {
        std::map<std::string, double> last_bound, so_far, count;
        std::set<std::string> summed;
        for (const sample& s : samples_) {
            const std::string of = s.labels.at("stage");
            if (s.name == name_ + "_bucket") {
                const std::string le = s.labels.at("le");
                const double bound = le == "+Inf" ? 1e9 : std::stod(le);
                if (last_bound.count(of) && bound <= last_bound[of]) complain("bounds fall: " + of);
                if (s.value < so_far[of]) complain("buckets fall: " + of);
                last_bound[of] = bound, so_far[of] = s.value;
            } else if (s.name == name_ + "_sum") {
                summed.insert(of);
            } else if (s.name == name_ + "_count") {
                count[of] = s.value;
            } else {
                complain("a sample of another: " + s.name);
            }
        }
        for (const auto& [of, value] : so_far) {
            if (last_bound[of] != 1e9) complain("no +Inf: " + of);
            if (!count.count(of) || count[of] != value) complain("_count is not what +Inf has: " + of);
            if (!summed.count(of)) complain("no _sum: " + of);
        }
    }

    std::vector<std::string> complaints_;
    std::set<std::string> families_;
    std::string name_;
    std::string type_;
    std::vector<sample> samples_;
};

std::vector<std::string> complaints_about(const std::string& text) { return checker::complaints_about(text); }

}  // namespace

TEST_CASE("metrics: what was counted, word for word") {
    metrics m{stand_still};
    m.session_opened(), m.session_opened(), m.session_opened();
    m.session_closed(errc::kicked), m.session_closed(errc::slow_receiver);
    m.received(10), m.received(20);
    m.refused(errc::not_member), m.refused(errc::not_member);
    m.appended(3), m.appended(1);
    for (int i = 0; i < 5; ++i) m.placed();
    for (int i = 0; i < 6; ++i) m.pushed();
    for (int i = 0; i < 7; ++i) m.skipped();
    for (int i = 0; i < 8; ++i) m.encoded();
    CHECK(moved(m) == "tandem_sessions_opened_total 3\n"
                      "tandem_sessions_closed_total{reason=\"slow_receiver\"} 1\n"
                      "tandem_sessions_closed_total{reason=\"kicked\"} 1\n"
                      "tandem_sessions_open 1\n"
                      "tandem_received_messages_total 2\n"
                      "tandem_received_bytes_total 30\n"
                      "tandem_refusals_total{reason=\"not_a_member\"} 2\n"
                      "tandem_appends_total 2\n"
                      "tandem_appended_drafts_total 4\n"
                      "tandem_entries_placed_total 5\n"
                      "tandem_pushes_total 6\n"
                      "tandem_skips_total 7\n"
                      "tandem_encodes_total 8\n");
}

TEST_CASE("metrics: a histogram, word for word") {
    metrics m{stand_still};
    m.took(stage::append, 1'000);
    m.took(stage::append, 3'000'000);
    m.took(stage::append, 12'000'000'000);
    const std::string text = written(m);
    CHECK(text.find("# HELP tandem_stage_seconds From the question to a policy to its answer; whole turns.\n"
                    "# TYPE tandem_stage_seconds histogram\n"
                    "tandem_stage_seconds_bucket{stage=\"turn\",le=\"1e-06\"} 0\n") != text.npos);
    CHECK(text.find("tandem_stage_seconds_bucket{stage=\"append\",le=\"1e-06\"} 1\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"4e-06\"} 1\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"1.6e-05\"} 1\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"6.4e-05\"} 1\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"0.00025\"} 1\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"0.001\"} 1\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"0.004\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"0.016\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"0.064\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"0.25\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"1\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"4\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"10\"} 2\n"
                    "tandem_stage_seconds_bucket{stage=\"append\",le=\"+Inf\"} 3\n"
                    "tandem_stage_seconds_sum{stage=\"append\"} 12.003001000\n"
                    "tandem_stage_seconds_count{stage=\"append\"} 3\n"
                    "tandem_stage_seconds_bucket{stage=\"put\",le=\"1e-06\"} 0\n") != text.npos);
}

TEST_CASE("metrics: every series is there before anything happened, and it is the format") {
    const std::string text = written(metrics{stand_still});
    CHECK(complaints_about(text).empty());
    for (const char* line :
         {"tandem_sessions_opened_total 0\n", "tandem_sessions_open 0\n",
          "tandem_refusals_total{reason=\"malformed\"} 0\n", "tandem_refusals_total{reason=\"shutting_down\"} 0\n",
          "tandem_refusals_total{reason=\"other\"} 0\n", "tandem_stage_seconds_count{stage=\"turn\"} 0\n",
          "tandem_stage_seconds_count{stage=\"other\"} 0\n"})
        CHECK(text.find(line) != text.npos);
    CHECK(text.find("unnamed") == text.npos);
}

TEST_CASE("metrics: a reason that has no name is another one") {
    metrics m{stand_still};
    m.refused(static_cast<errc>(63)), m.refused(static_cast<errc>(64)),
        m.refused(static_cast<errc>(64 + static_cast<int>(errc::kicked)));
    CHECK(moved(m) == "tandem_refusals_total{reason=\"other\"} 3\n");
}

TEST_CASE("metrics are appended to what is there") {
    std::string text = "mine 1\n";
    metrics{stand_still}.write(text);
    CHECK(text.starts_with("mine 1\n# HELP tandem_"));
}

TEST_CASE("metrics of an engine at work: what happened is counted, and it is the format") {
    metrics m{tick};
    watched s{m};
    s.running.create_group("team", "alice", std::vector<user_id>{"bob", "carol"});
    auto alice = s.sign_in("alice"), bob = s.sign_in("bob"), carol = s.sign_in("carol"),
         stranger = s.sign_in("mallory");
    carol.is_slow();
    for (int i = 0; i < 50; ++i) alice.sends("group:team", std::to_string(i)).sends("bob", std::to_string(i));
    bob.says("MARK_REQ 1 conversation=group:team key=read value=5");
    s.pass(seconds(2));
    stranger.sends("alice", "x");
    s.get("bob", "/api/sync?lastSeq=0");
    s.get("bob", "/api/nothing");
    bob.hangs_up();
    const std::string text = written(m);
    CHECK(complaints_about(text).empty());
    for (const char* line :
         {"tandem_sessions_opened_total 4\n", "tandem_sessions_open 3\n",
          "tandem_sessions_closed_total{reason=\"dead_session\"} 1\n", "tandem_received_messages_total 106\n",
          "tandem_refusals_total{reason=\"bad_credential\"} 1\n", "tandem_refusals_total{reason=\"not_found\"} 1\n",
          "tandem_refusals_total{reason=\"send_id_reused\"} 50\n", "tandem_appended_drafts_total 103\n",
          "tandem_entries_placed_total 53\n", "tandem_stage_seconds_count{stage=\"verify\"} 5\n",
          "tandem_stage_seconds_count{stage=\"changes\"} 1\n"})
        CHECK_MESSAGE(text.find(line) != text.npos, line, moved(m));
}

TEST_CASE("the checker of the format finds what is wrong") {
    const std::string sound = "# HELP tandem_a_total Of a.\n# TYPE tandem_a_total counter\ntandem_a_total{b=\"c\"} 1\n";
    CHECK(complaints_about(sound).empty());
    CHECK(complaints_about(sound + sound).size() == 1);
    CHECK(complaints_about(sound + "tandem_a_total{b=\"c\"} 2\n").size() == 1);
    CHECK(complaints_about(sound + "tandem_b_total 2\n").size() == 1);
    CHECK(complaints_about(sound + "tandem_a_total{b=\"d\"} NaN\n").size() == 1);
    CHECK(complaints_about(sound + "tandem_a_total{b=\"d} 1\n").size() == 1);
    CHECK(complaints_about(sound + "tandem_a_total").size() == 2);
    CHECK(complaints_about("tandem_a_total 1\n").size() == 1);
    CHECK(complaints_about("# HELP tandem_a Of a.\n# TYPE tandem_a counter\ntandem_a 1\n").size() == 1);
    const std::string head = "# HELP tandem_t Of t.\n# TYPE tandem_t histogram\n", s = "{stage=\"s\"",
                      one = "tandem_t_bucket" + s + ",le=\"1\"} 1\n", all = "tandem_t_bucket" + s + ",le=\"+Inf\"} 2\n",
                      sum = "tandem_t_sum" + s + "} 3\n", count = "tandem_t_count" + s + "} 2\n";
    CHECK(complaints_about(head + one + all + sum + count).empty());
    CHECK(complaints_about(head + one + sum + count).size() == 2);
    CHECK(complaints_about(head + all + one + sum + count).size() == 4);
    CHECK(complaints_about(head + one + all + count).size() == 1);
    CHECK(complaints_about(head + one + all + sum).size() == 1);
}
