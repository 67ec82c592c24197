// tandem: an instant-messaging engine for servers that already exist.
//
// The way of a message, and where to read it:
//   1  your server reads a message            engine.receive         engine/engine.hpp
//   2  its dialect opens it                    codec::open            codec/frame_codec.hpp, codec/dialect.hpp
//   3  the router finds the handler            command_router         router/command_router.hpp
//   4  on_send makes a draft of it             on_send                engine/on_send.hpp
//   5  lane, rates, permission, gatekeeper     admission::submit      engine/admission.hpp
//   6  one commit for all waiting drafts       journal, append        store/journal.hpp, store/seq_store.hpp
//      … and what becomes of each             scribe                 engine/scribe.hpp
//   7  the log in its one order                listener, narrator     engine/listener.hpp, engine/narrator.hpp
//   8  the ack to its session, then the pushes teller                 engine/teller.hpp
//   9  one frame per dialect, many outlets     spoken, session_hub    engine/spoken.hpp, hub/session_hub.hpp
//  10  who missed it pulls it                  engine.pull            pull/
//      … or, unable to, is told it again       replayer               engine/replayer.hpp
//      … is away and is woken                  waker, offline         engine/waker.hpp
//  11  the whole log goes on to your queue     courier, event_sink    engine/courier.hpp
//  12  what is old goes                        caretaker              engine/caretaker.hpp
//
// The log is the truth. Push is a hint that happens to carry the data. Pull repairs.
// What you choose yourself is not in here: a store (store/memory_store.hpp to begin with), the dialects your clients speak
// (codec/tiny_codec.hpp, adapters/…).
#pragma once

#include "engine/engine.hpp"
