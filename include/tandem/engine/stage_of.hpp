// Which stage a question to a policy belongs to.
#pragma once

#include "../directory/directory.hpp"
#include "../policy/authenticator.hpp"
#include "../policy/event_sink.hpp"
#include "../policy/gatekeeper.hpp"
#include "../policy/stage.hpp"
#include "../store/seq_store.hpp"

#include <type_traits>

namespace tandem::detail {

// One line per verb; one that is missing here is `other`.
template <class Verb>
constexpr stage stage_of(const Verb&) {
    constexpr auto is = []<class Known>(const Known&) { return std::is_same_v<Verb, Known>; };
    if (is(verbs::append)) return stage::append;
    if (is(verbs::put)) return stage::put;
    if (is(verbs::find)) return stage::find;
    if (is(verbs::head)) return stage::head;
    if (is(verbs::tail)) return stage::tail;
    if (is(verbs::changes)) return stage::changes;
    if (is(verbs::history)) return stage::history;
    if (is(verbs::memberships)) return stage::memberships;
    if (is(verbs::member)) return stage::member;
    if (is(verbs::members)) return stage::members;
    if (is(verbs::overviews)) return stage::overviews;
    if (is(verbs::marks)) return stage::marks;
    if (is(verbs::trim)) return stage::trim;
    if (is(verbs::verify)) return stage::verify;
    if (is(verbs::may)) return stage::may;
    if (is(verbs::admit)) return stage::admit;
    if (is(verbs::reached)) return stage::reached;
    if (is(verbs::publish)) return stage::publish;
    return stage::other;
}

}  // namespace tandem::detail
