#include "fixture.hpp"

namespace tandem {

namespace {

std::string text_of(const std::vector<entry>& entries) {
    std::string all;
    for (const entry& e : entries) {
        const std::string what =
            is_membership(e.kind) ? (e.kind == entry_kind::joined ? "joined:" : "left:") + std::string{e.subject.view()}
                                  : e.body;
        all += (all.empty() ? "" : " | ") + std::to_string(e.place.seq.value) + " " + what;
    }
    return all;
}

std::string text_of(std::span<const mark> marks) {
    std::string all;
    for (const mark& m : marks) all += " + " + std::to_string(m.value) + " of " + std::string{m.owner.view()};
    return all;
}

}  // namespace

std::string script_pages::write_answer(const sync_answer& a) const {
    const std::string all = a.reset ? "reset" : text_of(a.page.entries) + text_of(a.page.marks);
    return all + (a.page.more ? " …" : "") + " -> " + std::to_string(a.page.examined.value);
}
std::string script_pages::write_answer(const history_answer& a) const {
    return text_of(a.page.entries) + text_of(a.marks) + (a.more_marks ? " …" : "");
}
std::string script_pages::write_answer(const receipts& r) const {
    return std::to_string(r.delivered) + " and " + std::to_string(r.read) + " of " + std::to_string(r.members);
}
std::string script_pages::write_answer(const conversations_answer& a) const {
    std::string all;
    for (const overview& o : a.page.conversations)
        all += (all.empty() ? "" : " | ") + o.membership.conversation.text() + " unread=" + std::to_string(o.unread);
    return all;
}
std::string script_pages::write_answer(const users_answer& a) const {
    std::string all;
    for (const presence& p : a.users) all += std::string{p.user.view()} + (p.online ? "=online " : "=offline ");
    return all;
}
std::string script_pages::write_answer(const failure& a) const {
    return std::string{"no: "} + tandem::text(a.why) + (a.parameter.empty() ? "" : " " + std::string{a.parameter});
}

void script_authenticator::verify(std::string_view credential, done<identity> then) {
    ask([this, said = std::string{credential}, then] {
        if (said.empty() || said.starts_with("mallory")) return then(errc::bad_credential);
        const std::size_t user_ends = said.find('/'), device_ends = said.find('/', user_ends + 1);
        identity who{.user = user_id{said.substr(0, user_ends)}, .expires = expires};
        if (user_ends != said.npos) who.device = device_id{said.substr(user_ends + 1, device_ends - user_ends - 1)};
        if (user_ends != said.npos && device_ends != said.npos) who.platform = said.substr(device_ends + 1);
        then(std::move(who));
    });
}

namespace {

std::string entry_in(const tiny_fields& f) {
    const auto field = [&](const char* key) { return std::string{f.text(key)}; };
    if (f.text("kind") == "joined") return "joined:" + field("subject");
    if (f.text("kind") == "left") return "left:" + field("subject");
    if (f.text("kind") == "revoke") return "revoke:" + field("target");
    if (f.text("kind") == "edit") return "edit:" + field("target") + ":" + field("body");
    return field("body");
}

std::string mark_in(const tiny_fields& f) {
    const std::string target = f.has("target") ? ":" + std::string{f.text("target")} : "";
    return std::string{f.text("key")} + target + "=" + std::string{f.text("value")};
}

std::string list_in(const tiny_fields& f) {
    std::string all = f.has("next") ? "page" : f.has("backfill") ? "backfill" : "batch";
    for (const std::string_view line : f.all("entry")) all += " " + entry_in(*tiny_fields::parse(line));
    for (const std::string_view line : f.all("mark")) all += " " + mark_in(*tiny_fields::parse(line));
    return all;
}

std::string presence_in(const tiny_fields& f) {
    std::string all;
    for (const char* which : {"online", "offline"})
        for (const std::string_view user : f.list(which)) all += " " + std::string{user} + "=" + which;
    return all;
}

}  // namespace

std::string brief(bytes line) {
    const auto parsed = tiny_fields::parse(line);
    if (!parsed) return "junk: " + std::string{line};
    const tiny_fields& f = *parsed;
    const std::string_view name = f.name();
    const auto field = [&](const char* key) { return std::string{f.text(key)}; };
    const auto if_said = [&](const char* key) { return f.has(key) ? " " + std::string{key} + "=" + field(key) : ""; };
    const auto flag = [&](const char* key) { return f.has(key) ? " " + std::string{key} : ""; };
    if (name == "AUTH_RSP") return "signed in" + flag("reset") + flag("page_follows");
    if (name == "SEND_RSP") return "ack " + field("send_id") + flag("repeated") + if_said("changed");
    if (name == "REVOKE_RSP") return "revoked " + field("target");
    if (name == "EDIT_RSP") return "edited " + field("target");
    if (name == "PUSH_MSG" || name == "REVOKE_MSG_PUSH" || name == "EDIT_PUSH") return "push " + entry_in(f);
    if (name == "BATCH_MSG") return list_in(f);
    if (name == "NEWS") return "news " + field("cursor");
    if (name == "HEARTBEAT_RSP") return "beat" + if_said("checkpoint");
    if (name == "ERROR") return "no" + if_said("send_id") + ": " + field("why");
    if (name == "KICK_OUT") return "kicked: " + field("why");
    if (name == "MARK_RSP") return "marked " + mark_in(f);
    if (name == "READ_RECEIPT_PUSH" || name == "RECEIVED_PUSH") return field("owner") + " " + mark_in(f);
    if (name == "MARK_PUSH") return (f.text("key") == "reaction" ? field("owner") : "own") + " " + mark_in(f);
    if (name == "TRIMMED_PUSH") return "kept from " + field("first_kept") + " of " + field("conversation");
    if (name == "TYPING_STATUS_PUSH") return field("user") + " types" + if_said("typing");
    if (name == "PRESENCE_RSP") return "presence" + presence_in(f);
    if (name == "PRESENCE_PUSH") return "now" + presence_in(f);
    if (name == "RELAY_PUSH") return "relay " + field("from") + ": " + field("body");
    if (name == "RELAY_RSP") return "reached " + field("reached");
    return std::string{line};
}

options calm() {
    options o;
    o.session_rate = o.user_rate = o.conversation_rate = {};
    o.instance = 1;
    return o;
}

template <class Chat>
node<Chat>::node(scripted_store<memory_store>& s, manual_clock& c, const options& o) : store{s}, clock{c}, numbers{o} {
    restart();
}

template <class Chat>
void node<Chat>::restart() {
    running.reset();
    ++numbers.instance;
    if constexpr (std::is_same_v<Chat, guarded_chat>)
        running = std::make_unique<engine<Chat>>(
            parts<Chat>{store, authenticator, directory, gatekeeper, offline, {}, bus, observer, clock}, numbers);
    else
        running = std::make_unique<engine<Chat>>(
            parts<Chat>{store, authenticator, {}, {}, offline, {}, bus, observer, clock}, numbers);
}

template <class Chat>
basic_script<Chat>::basic_script(const options& o, std::size_t engines) {
    store.answer_at_once();
    for (std::size_t n = 0; n < engines; ++n) {
        options own = o;
        own.instance = 1000 * (n + 1);
        nodes.emplace_back(store, clock, own);
    }
}

template <class Chat>
typename basic_script<Chat>::peer basic_script<Chat>::sign_in(const std::string& credential, const std::string& more,
                                                              std::size_t at,
                                                              const std::vector<std::string_view>& subprotocols) {
    peer p{engine(at), subprotocols};
    p.says("AUTH_REQ 1 credential=" + credential + (more.empty() ? "" : " " + more));
    if (more.empty()) p.outlet().take();
    return p;
}

template <class Chat>
conversation_id basic_script<Chat>::group(const char* id, const std::vector<user_id>& members) {
    const std::span<const user_id> others{members.data() + 1, members.size() - 1};
    return engine().create_group(id, members.front(), others);
}

template <class Chat>
page basic_script<Chat>::elsewhere(draft d) {
    const position before = store.inner().head()->newest;
    d.time = clock.now();
    d.trusted = true;
    REQUIRE(store.inner().append(std::span{&d, 1})->front().became == outcome::what::placed);
    return *store.inner().tail(before, {});
}

template <class Chat>
page basic_script<Chat>::elsewhere(const conversation_id& c, const char* sender, const char* body) {
    draft d;
    d.conversation = c, d.sender = sender, d.send_id = body, d.body = body;
    return elsewhere(std::move(d));
}

template <class Chat>
page basic_script<Chat>::elsewhere(const conversation_id& c, const char* subject, entry_kind joined_or_left) {
    draft d;
    d.conversation = c, d.sender = d.subject = subject, d.kind = joined_or_left;
    return elsewhere(std::move(d));
}

template <class Chat>
void basic_script<Chat>::pass(duration time) {
    clock.advance(time);
    for (node<Chat>& n : nodes) n->tick();
}

template <class Chat>
void basic_script<Chat>::deliver() {
    for (std::size_t from = 0; from < nodes.size(); ++from)
        for (const page& p : std::exchange(nodes[from].bus.sent, {}))
            for (std::size_t to = 0; to < nodes.size(); ++to)
                if (to != from) nodes[to]->follow(p);
}

template <class Chat>
std::string basic_script<Chat>::log() {
    return text_of(store.inner().tail({}, limits{.entries = 100'000, .bytes = 1 << 30})->entries);
}
template <class Chat>
std::string basic_script<Chat>::pulls(const char* user, position cursor) {
    return text_of(page_of(user, cursor).entries);
}
template <class Chat>
page basic_script<Chat>::page_of(const char* user, position cursor, limits most) {
    return *store.inner().changes(user, cursor, most);
}

template class engine<script_chat>;
template class engine<guarded_chat>;
template class engine<plain_chat>;
template struct node<script_chat>;
template struct node<guarded_chat>;
template class basic_script<script_chat>;
template class basic_script<guarded_chat>;

}  // namespace tandem
