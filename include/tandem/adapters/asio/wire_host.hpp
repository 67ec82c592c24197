// What all connections of one loop share: room to read and to write in, their deadlines, their rounds.
#pragma once

#include "address_book.hpp"
#include "counted_ptr.hpp"
#include "outbox.hpp"
#include "phase.hpp"

#include <array>
#include <chrono>

namespace tandem::detail {

class wire;

// Rooms are for the length of a call. A wire that is in no list any more is gone for its host.
class wire_host {
public:
    explicit wire_host(const server_options& o);  // these and others are defined where a wire is known: wire.hpp
    wire_host(const wire_host&) = delete;

    // Something from outside has come: the engine will be told. Everything of one round is one turn.
    virtual void begin_round() = 0;
    // Something was said within a round, or there is something to do at its end.
    virtual void told() = 0;
    virtual void come_back() = 0;

    // At the end of the round this wire goes on.
    void see_to(wire& w);
    void see_to_all();

    // --- deadlines
    void enter(wire& w, phase p);
    void leave(wire& w);
    void sweep();        // now and then
    void forsake_all();  // at the end of the host
    // `f` may move the one it is given to another phase, or end it.
    template <class F>
    void each_in(phase p, F f) {
        for (wire* w = first_in(p); w;) {
            wire* const next = following(*w);
            f(*w);
            w = next;
        }
    }
    wire* first_in(phase p) const { return lists_[static_cast<std::size_t>(p)].first(); }
    std::size_t count(phase p) const { return lists_[static_cast<std::size_t>(p)].size(); }
    std::size_t count() const {
        std::size_t all = 0;
        for (const auto& list : lists_) all += list.size();
        return all;
    }

    server_options options;
    address_book addresses;
    outbox::spare_queues spare_queues;
    std::vector<char> room = std::vector<char>(256 * 1024);       // what was read
    std::vector<char> plain_room = std::vector<char>(64 * 1024);  // … and decrypted
    std::vector<char> joining_room = std::vector<char>(64 * 1024);
    bool draining = false;
    std::size_t unwritten = 0;
    std::uint64_t writes = 0;

protected:
    ~wire_host();

private:
    static wire* following(const wire& w);
    static std::uint32_t milliseconds_now() {
        using namespace std::chrono;
        return static_cast<std::uint32_t>(
            duration_cast<std::chrono::milliseconds>(steady_clock::now().time_since_epoch()).count());
    }
    // 0: none.
    std::uint32_t time_for(phase p) const {
        const auto of = [](duration d) { return static_cast<std::uint32_t>(d.milliseconds); };
        switch (p) {
            case phase::arriving: return of(options.arrive_within);
            case phase::resting:
            case phase::holding: return of(options.rest_within);
            case phase::closing: return of(options.close_within);
            default: return 0;
        }
    }

    std::array<phase_list<wire>, phase_count> lists_;
    std::vector<counted_ptr<wire>> to_see_, seeing_;
};

}  // namespace tandem::detail
