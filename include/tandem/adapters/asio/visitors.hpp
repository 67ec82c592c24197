// Who may come: the origin of a page, and the address behind a proxy.
#pragma once

#include "server_options.hpp"

#include "../../core/ascii.hpp"
#include "../../core/result.hpp"

#include <asio/ip/address.hpp>

namespace tandem::detail {

// "https://chat.example" or "https://chat.example:8443", as browsers write it; `host` is the request's own.
inline bool origin_may_come(const server_options& o, std::string_view origin, std::string_view host, bool encrypted) {
    for (const std::string& allowed : o.origins)
        if (origin == allowed) return true;
    const std::string_view scheme = encrypted ? "https://" : "http://";
    return o.same_origin && origin.starts_with(scheme) && same_word(origin.substr(scheme.size()), host);
}

// A network that an address is in, or is: "10.0.0.0/8", "fd00::/8", "127.0.0.1".
class network {
public:
    static result<network> parse(std::string_view text) {
        const std::size_t slash = text.find('/');
        std::error_code wrong;
        network n;
        n.address_ = bytes_of(asio::ip::make_address(std::string{text.substr(0, slash)}, wrong));
        const bool v4 = text.find(':') == text.npos;
        std::size_t bits = v4 ? 32 : 128;
        if (slash != text.npos) {
            std::size_t given = 0;
            const std::string_view digits = text.substr(slash + 1);
            for (const char c : digits)
                given = c >= '0' && c <= '9' ? given * 10 + static_cast<std::size_t>(c - '0') : 999;
            if (digits.empty() || digits.size() > 3 || given > bits)
                wrong = std::make_error_code(std::errc::invalid_argument);
            bits = given;
        }
        if (wrong) return error{errc::invalid_argument, std::string{text} + " is no address and no network"};
        n.bits_ = bits + (v4 ? 96 : 0);
        return n;
    }

    bool has(const asio::ip::address& a) const {
        const auto other = bytes_of(a);
        for (std::size_t bit = 0; bit < bits_; ++bit)
            if ((address_[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) return false;
        return true;
    }

private:
    // As IPv6, IPv4 mapped.
    static asio::ip::address_v6::bytes_type bytes_of(const asio::ip::address& a) {
        return a.is_v6() ? a.to_v6().to_bytes() : asio::ip::make_address_v6(asio::ip::v4_mapped, a.to_v4()).to_bytes();
    }

    asio::ip::address_v6::bytes_type address_{};
    std::size_t bits_ = 128;
};

class proxies {
public:
    static result<proxies> parse(const std::vector<std::string>& texts) {
        proxies all;
        for (const std::string& text : texts) {
            auto n = network::parse(text);
            if (!n) return n.error();
            all.networks_.push_back(*n);
        }
        return all;
    }

    bool has(const asio::ip::address& a) const {
        for (const network& n : networks_)
            if (n.has(a)) return true;
        return false;
    }

    // Who is behind: of those whom proxies of ours have named, one after the other, the last that is none of them.
    asio::ip::address behind(const asio::ip::address& peer, std::string_view forwarded_for) const {
        asio::ip::address client = peer;
        while (has(client) && !forwarded_for.empty()) {
            const std::size_t comma = forwarded_for.rfind(',');
            const std::string_view last = trimmed(forwarded_for.substr(comma == forwarded_for.npos ? 0 : comma + 1));
            forwarded_for = forwarded_for.substr(0, comma == forwarded_for.npos ? 0 : comma);
            std::error_code wrong;
            const auto named = asio::ip::make_address(std::string{without_port(last)}, wrong);
            if (wrong) break;
            client = named;
        }
        return client;
    }

private:
    // "192.0.2.7:4711", "[2001:db8::7]:4711": some proxies say it, too.
    static std::string_view without_port(std::string_view named) {
        if (named.starts_with('[')) return named.substr(1, named.find(']') - 1);
        const std::size_t colon = named.find(':');
        return named.find(':', colon + 1) == named.npos ? named.substr(0, colon) : named;
    }

    std::vector<network> networks_;
};

}  // namespace tandem::detail
