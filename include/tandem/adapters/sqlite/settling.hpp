// What the entries tell anyway, written down bit by bit, so that opening the file need not read them all.
#pragma once

#include "state.hpp"
#include "stored_sends.hpp"

#include <algorithm>
#include <optional>

namespace tandem::sqlite {

// Numbers, each once.
struct touched {
    std::vector<std::uint32_t> numbers;
    std::vector<char> is_in;
};
struct settling_job {
    send_run run;
    std::array<std::vector<send_at>, buckets> sends;
    std::array<std::vector<std::uint64_t>, buckets> filters;
    std::vector<std::uint32_t> members;
    std::vector<std::uint32_t> conversations;
    std::size_t filter_blocks = 0;
    std::size_t steps = 0;    // in all
    std::size_t pace = 0;     // all are done after so many entries
    std::size_t done = 0;     // on the disk
    std::size_t planned = 0;  // in the commit under way
};

// After so many entries: their send ids become a run; where they stand, how far their conversations have come, and what their
// senders wrote last, goes into its tables; then the log is settled up to the last of them. It goes in small steps, some in each
// commit, so no commit waits for all of it. A random send id in an index costs a page of the disk; sorted by the thousand they
// cost their bytes. Runs that are older than the horizon go in the same way.
class settling {
public:
    settling(const database& db, const state& s, duration horizon)
        : state_{s}, horizon_{horizon},
          send_{db, "insert or replace into sends(run, bucket, filter, hashes) values(?, ?, ?, ?)"},
          run_{db, "insert into runs(first, last, newest) values(?, ?, ?)"}, settled_{db, "update log set settled = ?"},
          member_{db, "update members set last_sent = ? where conversation = ? and user = ?"},
          conversation_{db, "update conversations set seq = ?, position = ?, messages = ? where number = ?"},
          places_{
              db,
              "insert or replace into places(conversation, first, last, position, distances) values(?, ?, ?, ?, ?)"},
          forget_trimmed_{db, "delete from trimmed_sends where position in (select position from trimmed_sends "
                              "where position <= ? limit 512)"},
          forget_sends_{db, "delete from sends where run = ?"}, forget_run_{db, "delete from runs where first = ?"} {}

    // What has been written down since; who wrote it, if a member.
    void note(const membership_table::row* sender, instant time) {
        ++entries_;
        newest_ = std::max(newest_, time), newest_ever_ = std::max(newest_ever_, time);
        if (sender) mark(members_, sender->number);
    }
    std::size_t entries() const { return entries_; }

    bool under_way() const { return under_way_.has_value(); }

    // The frozen send ids stand in (settled, last].
    void begin(position settled, position last) {
        under_way_.emplace();
        settling_job& j = *under_way_;
        j.run.first = settled.next(), j.run.last = last, j.run.newest = newest_;
        for (const send_at& s : state_.frozen.sends.all()) j.sends[bucket_of(s.hash)].push_back(s);
        j.members = std::exchange(members_, {}).numbers, j.conversations = state_.frozen.places.conversations();
        std::sort(j.conversations.begin(), j.conversations.end());
        j.steps = buckets + chunks(j.members) + chunks(j.conversations) + 1;
        j.pace = entries_ / 4;
        j.filter_blocks = send_filter::blocks_for(state_.frozen.sends.size());
        entries_ = 0, newest_ = {};
    }

    // Inside a commit that brings so many entries.
    void go_on(std::size_t entries) {
        if (under_way_) write_some(*under_way_, entries);
        forgets_ = !state_.runs.empty() && state_.runs.front().newest < newest_ever_ - horizon_ && forget_some();
    }

    // What the commit that is on the disk now has brought.
    struct news {
        std::vector<std::uint64_t> sends;  // their hashes are in the run that comes
        std::optional<send_run> run;       // is whole
        bool oldest_is_gone = false;
    };
    news committed() {
        news since;
        since.oldest_is_gone = std::exchange(forgets_, false);
        if (!under_way_) return since;
        settling_job& j = *under_way_;
        for (std::size_t b = j.done; b < std::min(j.planned, buckets); ++b)
            for (const send_at& s : j.sends[b]) since.sends.push_back(s.hash);
        j.done = j.planned;
        if (j.done != j.steps) return since;
        for (const auto& part : j.filters) j.run.filter.add_part(part);
        since.run = std::move(j.run);
        under_way_.reset();
        return since;
    }
    void taken_back() {
        forgets_ = false;
        if (under_way_) under_way_->planned = under_way_->done;
    }

private:
    static constexpr std::size_t in_chunk = 128;

    static void mark(touched& t, std::uint32_t number) {
        if (number >= t.is_in.size()) t.is_in.resize(number + std::size_t{1});
        if (std::exchange(t.is_in[number], 1) == 0) t.numbers.push_back(number);
    }
    static std::size_t chunks(const std::vector<std::uint32_t>& of) { return (of.size() + in_chunk - 1) / in_chunk; }

    void write_some(settling_job& j, std::size_t entries) {
        const std::size_t some = 1 + entries * j.steps / std::max<std::size_t>(j.pace, 1);
        for (j.planned = j.done; j.planned < j.steps && j.planned < j.done + some; ++j.planned) step(j, j.planned);
    }

    // The oldest run is beyond the horizon. True: nothing is left of it.
    bool forget_some() {
        const send_run& oldest = state_.runs.front();
        forget_trimmed_.bind(1, oldest.last.value).run();
        if (forget_trimmed_.changes() != 0) return false;
        forget_sends_.bind(1, oldest.first.value).run();
        forget_run_.bind(1, oldest.first.value).run();
        return true;
    }

    void step(settling_job& j, std::size_t which) {
        if (which < buckets) return write_sends(j, which);
        which -= buckets;
        if (which < chunks(j.members)) return each_in_chunk(j.members, which, [&](auto n) { write_member(n); });
        which -= chunks(j.members);
        if (which < chunks(j.conversations))
            return each_in_chunk(j.conversations, which, [&](auto n) { write_conversation(n); });
        run_.bind(1, j.run.first.value).bind(2, j.run.last.value);
        run_.bind(3, static_cast<std::uint64_t>(j.run.newest.milliseconds)).run();
        settled_.bind(1, j.run.last.value).run();
    }

    template <class F>
    static void each_in_chunk(const std::vector<std::uint32_t>& of, std::size_t chunk, F f) {
        for (std::size_t i = chunk * in_chunk; i < std::min(of.size(), (chunk + 1) * in_chunk); ++i) f(of[i]);
    }

    void write_sends(settling_job& j, std::size_t bucket) {
        auto& sends = j.sends[bucket];
        std::sort(sends.begin(), sends.end(), [](auto& a, auto& b) { return a.hash < b.hash; });
        std::vector<std::uint64_t> hashes;
        std::string text;
        for (const send_at& s : sends) {
            hashes.push_back(s.hash);
            append_number(text, s.hash, 8);
            append_number(text, s.position.value - j.run.first.value, bytes_of_send - 8);
        }
        j.filters[bucket] = send_filter::part_for(hashes, j.filter_blocks);
        std::string filter;
        for (const std::uint64_t word : j.filters[bucket]) append_number(filter, word, 8);
        send_.bind(1, j.run.first.value).bind(2, std::uint64_t{bucket}).bind_blob(3, filter).bind_blob(4, text).run();
    }

    static void append_number(std::string& to, std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i, value >>= 8) to += static_cast<char>(value & 0xff);
    }

    // What the books say is what the disk has, or will have with this commit at the latest.
    void write_member(std::uint32_t number) {
        const auto& m = state_.books.memberships()[number];
        member_.bind(1, m.last_sent.value).bind(2, std::uint64_t{m.conversation}).bind(3, std::uint64_t{m.user}).run();
    }
    void write_conversation(std::uint32_t number) {
        const conversation_head& h = state_.books.heads()[number];
        conversation_.bind(1, h.seq.value).bind(2, h.position.value).bind(3, h.number);
        conversation_.bind(4, std::uint64_t{number}).run();
        const places& p = *state_.frozen.places.of(number);
        const std::string distances = distances_of(p);
        places_.bind(1, std::uint64_t{number}).bind(2, p.first.value).bind(3, p.behind().previous().value);
        places_.bind(4, p.positions.front().value).bind_blob(5, distances).run();
    }

    const state& state_;
    duration horizon_;
    statement send_;
    statement run_;
    statement settled_;
    statement member_;
    statement conversation_;
    statement places_;
    statement forget_trimmed_, forget_sends_, forget_run_;
    std::size_t entries_ = 0;
    instant newest_{};  // of those
    instant newest_ever_{};
    bool forgets_ = false;
    touched members_;
    std::optional<settling_job> under_way_;
};

}  // namespace tandem::sqlite
