#pragma once
// What the figures have in common: users with 36-byte ids, pairs in random order, an outlet that counts and forgets.

#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>
#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/random.hpp>

#include "tandem/v1/envelope.pb.h"
#include "tandem/v1/requests.pb.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace tandem::benchmarks {

inline std::string id36(const char* kind, std::size_t n) {
    char text[64];
    const std::uint64_t mixed = hash_bytes(std::string_view{reinterpret_cast<const char*>(&n), sizeof n});
    std::snprintf(text, sizeof text, "%016llx-%s-%014zu", static_cast<unsigned long long>(mixed), kind, n);
    return {text, 36};
}

// As much of a connection as a fan-out touches: it holds what it was sent until the turn's flush.
struct counting_outlet {
    std::uint64_t sent = 0;
    std::size_t queued = 0;

    void send(const frame& f) { ++sent, queued += f.size(); }
    void flush() { queued = 0; }
    void close(const error&) {}
    std::size_t queued_bytes() const { return queued; }
};

struct plain_chat : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<protobuf_dialect>;
    using clock = manual_clock;
};

inline std::string envelope_of(command number, std::uint32_t sequence, const std::string& body) {
    tandem::v1::Envelope e;
    e.set_command(static_cast<std::uint32_t>(number));
    e.set_sequence(sequence);
    e.set_body(body);
    return e.SerializeAsString();
}

inline std::string auth_frame(const std::string& user) {
    tandem::v1::AuthRequest r;
    r.set_credential(user);
    return envelope_of(command::auth_req, 1, r.SerializeAsString());
}

inline std::string send_frame(const std::string& to, const std::string& send_id, const std::string& body,
                              std::uint32_t sequence) {
    tandem::v1::SendRequest r;
    r.set_to(to);
    r.set_client_msg_id(send_id);
    r.set_body(body);
    return envelope_of(command::send_req, sequence, r.SerializeAsString());
}

}  // namespace tandem::benchmarks
