// How a client speaks: requests to text, frames to what was heard. One class per wire language.
#pragma once

#include <tandem/codec/tiny_codec.hpp>

#include <string>
#include <utility>
#include <vector>

namespace world {

using namespace tandem;

// A request, before it is spelled.
struct asked {
    std::string_view name;
    std::vector<std::pair<std::string_view, std::string>> texts{};
    std::vector<std::pair<std::string_view, std::uint64_t>> numbers{};
};

// Whatever came from the server; only what belongs to `name` is filled.
struct heard {
    std::string name{};
    std::uint32_t sequence = 0;
    std::vector<entry> entries{};
    std::vector<mark> marks{};
    tandem::cursor next{};
    bool backfill = false;
    // replies
    conversation_id conversation{};
    tandem::send_id send_id{};
    tandem::place place{};
    std::uint64_t number = 0;
    seq target{};
    instant time{};
    bool repeated = false;
    std::optional<std::string> changed{};
    mark_key key{};
    std::uint64_t value = 0;
    errc code{};
    position head{};
    tandem::epoch epoch{};
    bool reset = false;
    bool page_follows = false;
    tandem::cursor checkpoint{};
    position newest{};
    position cursor{};  // NEWS
};

struct speech {
    virtual ~speech() = default;
    virtual std::string_view subprotocol() const = 0;
    virtual bool is_text() const = 0;
    virtual bool echoes() const { return false; }  // what one sends oneself is pushed, too
    virtual std::string say(const asked& r, std::uint32_t sequence) const = 0;
    virtual result<heard> hear(const frame& f) const = 0;

protected:
    static bool is_entry(std::string_view name) {
        return name == "PUSH_MSG" || name == "REVOKE_MSG_PUSH" || name == "EDIT_PUSH";
    }
    static bool is_mark(std::string_view name) {
        return name == "MARK_PUSH" || name == "READ_RECEIPT_PUSH" || name == "RECEIVED_PUSH";
    }
};

// A second dialect for the engine that differs in manners, not in spelling.
struct echoing_dialect : tiny_dialect {
    static constexpr std::string_view subprotocol = "tandem.v1.tiny.echo";
    static constexpr dialect_traits traits{.echo_to_origin = true};
    greeting greet(const hello& h, state&) const { return greet_by_subprotocol(h, subprotocol); }
};
static_assert(dialect<echoing_dialect>);

class tiny_speech final : public speech {
public:
    explicit tiny_speech(std::string_view subprotocol) : subprotocol_{subprotocol} {}

    std::string_view subprotocol() const override { return subprotocol_; }
    bool is_text() const override { return true; }
    bool echoes() const override { return subprotocol_ == echoing_dialect::subprotocol; }

    std::string say(const asked& r, std::uint32_t sequence) const override {
        tiny_writer to{r.name, sequence};
        for (const auto& [key, value] : r.texts) to.put(key, std::string_view{value});
        for (const auto& [key, value] : r.numbers) to.put(key, value);
        return to.line();
    }

    result<heard> hear(const frame& f) const override {
        auto fields = tiny_fields::parse(f.payload());
        if (!fields) return fields.error();
        heard h;
        h.name = fields->name();
        h.sequence = fields->sequence();
        if (is_entry(h.name)) h.entries.push_back(entry_of(*fields));
        else if (is_mark(h.name)) h.marks.push_back(mark_of(*fields));
        else if (h.name == "BATCH_MSG") read_batch(*fields, h);
        else read_reply(*fields, h);
        return h;
    }

private:
    template <class T>
    static void take(const tiny_fields& f, std::string_view key, T& to) {
        if (f.has(key)) detail::tiny_read(f.text(key), to);
    }
    static conversation_id conversation_of(const tiny_fields& f) {
        auto c = conversation_id::parse(f.text("conversation"));
        return c ? *c : conversation_id{};
    }

    static entry entry_of(const tiny_fields& f) {
        entry e;
        e.conversation = conversation_of(f);
        e.sender = user_id{f.text("sender")};
        e.send_id = send_id{f.text("send_id")};
        e.subject = user_id{f.text("subject")};
        e.body = f.text("body");
        take(f, "seq", e.place.seq), take(f, "position", e.place.position), take(f, "number", e.number);
        take(f, "kind", e.kind), take(f, "content_type", e.content_type), take(f, "time", e.time);
        take(f, "target", e.target), take(f, "role", e.role), take(f, "visible_from", e.visible_from);
        take(f, "amended_by", e.amended_by), take(f, "revoked", e.revoked);
        return e;
    }
    static mark mark_of(const tiny_fields& f) {
        mark m;
        m.conversation = conversation_of(f);
        m.owner = user_id{f.text("owner")};
        take(f, "key", m.key), take(f, "value", m.value), take(f, "position", m.position), take(f, "shared", m.shared);
        return m;
    }
    static void read_batch(const tiny_fields& f, heard& h) {
        take(f, "next", h.next), take(f, "backfill", h.backfill);
        for (const std::string_view line : f.all("entry"))
            if (auto one = tiny_fields::parse(line)) h.entries.push_back(entry_of(*one));
        for (const std::string_view line : f.all("mark"))
            if (auto one = tiny_fields::parse(line)) h.marks.push_back(mark_of(*one));
    }
    static void read_reply(const tiny_fields& f, heard& h) {
        if (f.has("conversation")) h.conversation = conversation_of(f);
        h.send_id = send_id{f.text("send_id")};
        take(f, "seq", h.place.seq), take(f, "position", h.place.position), take(f, "number", h.number);
        take(f, "target", h.target), take(f, "time", h.time), take(f, "repeated", h.repeated);
        if (f.has("changed")) h.changed = f.text("changed");
        take(f, "key", h.key), take(f, "value", h.value), take(f, "code", h.code);
        take(f, "head", h.head), take(f, "epoch", h.epoch), take(f, "reset", h.reset);
        take(f, "page_follows", h.page_follows), take(f, "checkpoint", h.checkpoint);
        take(f, "newest", h.newest), take(f, "cursor", h.cursor);
    }

    std::string_view subprotocol_;
};

}  // namespace world
