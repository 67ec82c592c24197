// Reads the fields of one flat protobuf message where they lie.
//
// What strangers send is read by hand, because generated classes copy every string and log every bad one to stderr, where a
// peer could fill the disk. Requests are flat, so there is nothing to recurse into.
#pragma once

#include "../../core/bytes.hpp"

#include <cstdint>

namespace tandem::detail::in_protobuf {

// One field as it lies on the wire: a number, or a view of octets.
struct wire_field {
    enum class form : unsigned char { number, octets };

    std::uint32_t tag = 0;  // the field's number in its .proto
    form is = form::number;
    std::uint64_t number = 0;
    bytes octets{};
};

// Stricter than protobuf where its own encoders never go: no groups (proto3 has none), no over-long numbers, no tag 0.
class wire_reader {
public:
    explicit wire_reader(bytes data) : at_{data.data()}, end_{at_ + data.size()} {}

    // False at the end, and at junk: then `bad()`. Fields of fixed width are passed over; none of ours has one.
    bool next(wire_field& field) {
        while (at_ != end_) {
            std::uint64_t head = 0;
            if (!read_number(head) || head >> 3 == 0 || head > 0xffffffffu) return fail();
            field.tag = static_cast<std::uint32_t>(head >> 3);
            switch (head & 7) {
                case 0: field.is = wire_field::form::number; return read_number(field.number) || fail();
                case 2: field.is = wire_field::form::octets; return read_octets(field.octets) || fail();
                case 1:
                    if (!skip(8)) return fail();
                    break;
                case 5:
                    if (!skip(4)) return fail();
                    break;
                default: return fail();
            }
        }
        return false;
    }

    bool bad() const { return bad_; }

private:
    bool fail() {
        bad_ = true;
        return false;
    }

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    bool skip(std::uint64_t size) {
        if (size > left()) return false;
        at_ += size;
        return true;
    }

    bool read_octets(bytes& octets) {
        std::uint64_t size = 0;
        if (!read_number(size)) return false;
        const char* const from = at_;
        if (!skip(size)) return false;
        octets = {from, static_cast<std::size_t>(size)};
        return true;
    }

    bool read_number(std::uint64_t& number) {
        number = 0;
        for (unsigned shift = 0; shift < 70 && at_ != end_; shift += 7) {
            const auto byte = static_cast<unsigned char>(*at_++);
            if (shift == 63 && byte > 1) return false;  // the tenth byte has room for one bit
            number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return true;
        }
        return false;
    }

    const char* at_;
    const char* end_;
    bool bad_ = false;
};

}  // namespace tandem::detail::in_protobuf
