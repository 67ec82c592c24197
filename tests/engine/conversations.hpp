// The two conversations that most scripts play in.
#pragma once

#include <tandem/core/ids.hpp>

namespace tandem {

inline const conversation_id both = conversation_id::direct("alice", "bob"), team = conversation_id::group("team");

}  // namespace tandem
