// What each of ours is called in proto/tandem/v1. Declared only: the type it returns is the answer.
#pragma once

#include <tandem/protocol/answers.hpp>
#include <tandem/protocol/events.hpp>

#include "tandem/v1/answers.pb.h"
#include "tandem/v1/envelope.pb.h"
#include "tandem/v1/events.pb.h"
#include "tandem/v1/requests.pb.h"

namespace spoken {

using namespace tandem;

v1::AuthReply spelled(const auth_reply&);
v1::HeartbeatReply spelled(const heartbeat_reply&);
v1::LogoutReply spelled(const logout_reply&);
v1::BackgroundReply spelled(const background_reply&);
v1::SendReply spelled(const send_reply&);
v1::RevokeReply spelled(const revoke_reply&);
v1::EditReply spelled(const edit_reply&);
v1::MarkReply spelled(const mark_reply&);
v1::PresenceReply spelled(const presence_reply&);
v1::RelayReply spelled(const relay_reply&);
v1::Message spelled(const push_message&);
v1::Message spelled(const push_revoke&);
v1::Message spelled(const push_edit&);
v1::Mark spelled(const push_mark&);
v1::Mark spelled(const push_received&);
v1::Mark spelled(const push_read_receipt&);
v1::Batch spelled(const push_batch&);
v1::News spelled(const news&);
v1::Trimmed spelled(const push_trimmed&);
v1::Typing spelled(const push_typing&);
v1::PresenceChange spelled(const push_presence&);
v1::Relay spelled(const push_relay&);
v1::KickOut spelled(const kick_out&);
v1::Refusal spelled(const refusal&);
v1::SyncAnswer spelled(const sync_answer&);
v1::HistoryAnswer spelled(const history_answer&);
v1::Receipts spelled(const receipts&);
v1::ConversationsAnswer spelled(const conversations_answer&);
v1::UsersAnswer spelled(const users_answer&);
v1::Failure spelled(const failure&);

}  // namespace spoken
