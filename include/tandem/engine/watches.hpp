// Who wants to know whether whom is online.
#pragma once

#include "../core/flat_map.hpp"
#include "../core/ids.hpp"
#include "../hub/session.hpp"

#include <vector>

namespace tandem {

// Watchers by watched user, online or not. Changes are gathered, so that somebody who comes and goes within one pause is
// told once, or not at all.
class watches {
public:
    explicit watches(std::size_t per_session) : per_session_{per_session} {}

    // False: this session watches as many as it may.
    bool start(session_handle watcher, const user_id& watched, bool online) {
        auto& watching = watched_by_[watcher];
        for (const user_id& u : watching)
            if (u == watched) return true;
        if (watching.size() >= per_session_) return false;
        watching.push_back(watched);
        fame& f = fame_[watched];
        if (f.watchers.empty()) f.told = f.online = online;
        f.watchers.push_back(watcher);
        return true;
    }

    void stop(session_handle watcher, const user_id& watched) {
        std::vector<user_id>* watching = watched_by_.find(watcher);
        if (!watching || std::erase(*watching, watched) == 0) return;
        if (watching->empty()) watched_by_.erase(watcher);
        drop(watcher, watched);
    }

    void forget(session_handle watcher) {
        const std::vector<user_id>* watching = watched_by_.find(watcher);
        if (!watching) return;
        for (const user_id& u : *watching) drop(watcher, u);
        watched_by_.erase(watcher);
    }

    void changed(const user_id& user, bool online) {
        fame* found = fame_.find(user);
        if (!found) return;
        found->online = online;
        changed_.push_back(user);
    }

    bool empty() const { return changed_.empty(); }

    // tell(user, online, watchers) for each whose state differs from what was told last.
    template <class Tell>
    void tell_changes(Tell tell) {
        for (const user_id& u : std::exchange(changed_, {})) {
            fame* found = fame_.find(u);
            if (!found || found->told == found->online) continue;
            found->told = found->online;
            tell(u, found->online, found->watchers);
        }
    }

private:
    struct fame {
        bool online = false;
        bool told = false;
        std::vector<session_handle> watchers;
    };
    void drop(session_handle watcher, const user_id& watched) {
        fame* found = fame_.find(watched);
        if (!found) return;
        std::erase(found->watchers, watcher);
        if (found->watchers.empty()) fame_.erase(watched);
    }

    std::size_t per_session_;
    flat_map<user_id, fame> fame_;
    flat_map<session_handle, std::vector<user_id>> watched_by_;
    std::vector<user_id> changed_;
};

}  // namespace tandem
