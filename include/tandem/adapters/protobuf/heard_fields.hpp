// The fields of what a client makes of events and answers: in the tables of those who write them.
#pragma once

#include "answer_fields.hpp"
#include "event_fields.hpp"

#include "../../client/heard.hpp"

namespace tandem::detail::in_protobuf {

void fields(auto&& f, is<heard::news_of_log> auto& w) { batch_fields(f, w); }
void fields(auto&& f, is<heard::more> auto& w) { news_fields(f, w); }
void fields(auto&& f, is<heard::trimmed> auto& w) { trimmed_fields(f, w); }
void fields(auto&& f, is<heard::typing> auto& w) { typing_fields(f, w); }
void fields(auto&& f, is<heard::presences> auto& w) { presence_fields(f, w); }
void fields(auto&& f, is<heard::relayed> auto& w) { relay_fields(f, w); }
void fields(auto&& f, is<heard::farewell> auto& w) { kick_fields(f, w); }
void fields(auto&& f, is<heard::refused> auto& w) { refusal_fields(f, w); }

void fields(auto&& f, is<heard::sync_page> auto& a) { sync_fields(f, a, a.page.examined); }
void fields(auto&& f, is<heard::history> auto& a) { history_fields(f, a); }
void fields(auto&& f, is<heard::overviews> auto& a) { overviews_fields(f, a); }

template <class T, class... Ts>
concept one_of = (std::same_as<T, Ts> || ...);

template <class T>
concept heard_answer = one_of<T, heard::sync_page, heard::history, heard::overviews, receipts, send_reply, revoke_reply,
                              edit_reply, mark_reply, heard::refused>;

}  // namespace tandem::detail::in_protobuf
